"""The size and shape budgets of the code; exits 1 and names the places when one is passed.

Modules: median <= 150 lines, 90 % <= 350, none over 500. Functions: 90 % <= 35 lines, at most 3 % over 50. Broad excepts: at
most 0.5 per 1,000 lines, each with its reason. Every function in service/ says what it returns. No test sleeps.
"""

import ast
import re
import sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
REASON = re.compile(r"# (broad: |noqa: BLE001 - )\w")
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def percentile(values: list[int], share: float) -> int:
    """The value below or at which `share` of the values lie."""
    return sorted(values)[max(0, round(share * len(values)) - 1)] if values else 0


def main() -> int:
    """Measure, print the figures, return the exit code."""
    sources = {path: path.read_text("utf-8") for path in sorted((ROOT / "service").rglob("*.py"))}
    lines = {path: text.count("\n") for path, text in sources.items()}
    functions: dict[str, int] = {}
    broad: list[str] = []
    faults: list[str] = []
    for path, text in sources.items():
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, FunctionNode):
                functions[f"{name}:{node.lineno} {node.name}"] = (node.end_lineno or node.lineno) - node.lineno + 1
                if node.returns is None:
                    faults.append(f"{name}:{node.lineno}: {node.name} does not say what it returns")
            if isinstance(node, ast.ExceptHandler) and is_broad(node):
                broad.append(f"{name}:{node.lineno}")
                if not REASON.search(text.splitlines()[node.lineno - 1]):
                    faults.append(f"{name}:{node.lineno}: a broad except needs its reason: `# broad: why`")
    faults += module_faults(lines) + function_faults(functions) + sleeping_tests()
    total = sum(lines.values())
    if len(broad) > max(1.0, 0.5 * total / 1000):
        faults.append(f"{len(broad)} broad excepts in {total} lines (at most 0.5 per 1,000): {', '.join(broad)}")
    print(f"modules {len(lines)}: {total} lines, median {median(lines.values())}, 90 % {percentile(list(lines.values()), 0.9)}")
    print(f"functions {len(functions)}: 90 % {percentile(list(functions.values()), 0.9)} lines; broad excepts {len(broad)}")
    print("\n".join(faults) or "within all budgets")
    return 1 if faults else 0


def is_broad(node: ast.ExceptHandler) -> bool:
    """Whether it catches everything."""
    return node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))


def module_faults(lines: dict[Path, int]) -> list[str]:
    """What passes the module budgets."""
    sizes = list(lines.values())
    faults = [f"{path.relative_to(ROOT)}: {size} lines (at most 500)" for path, size in lines.items() if size > 500]
    if median(sizes) > 150:
        faults.append(f"the median module has {median(sizes)} lines (at most 150)")
    if percentile(sizes, 0.9) > 350:
        faults.append(f"90 % of modules reach {percentile(sizes, 0.9)} lines (at most 350)")
    return faults


def function_faults(functions: dict[str, int]) -> list[str]:
    """What passes the function budgets."""
    long = [f"{place}: {size} lines" for place, size in functions.items() if size > 50]
    faults = []
    if percentile(list(functions.values()), 0.9) > 35:
        faults.append("more than a tenth of the functions are over 35 lines")
    if len(long) > 0.03 * len(functions):
        faults.append(f"more than 3 % of the functions are over 50 lines: {'; '.join(long)}")
    return faults


def sleeping_tests() -> list[str]:
    """Calls of sleep in tests."""
    found = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("time.sleep", "sleep", "asyncio.sleep"):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: tests do not sleep; wait for the event")
    return found


if __name__ == "__main__":
    sys.exit(main())
