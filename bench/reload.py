"""Seconds to load a folder of 1,000 rule files, and to take one that changed: `python -m bench.reload [files] [rules each]`."""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from service.rulebook import Memory, parse_folder
from service.rulefolder import read_folder

RULE = """  - id: rule-{number}
    title: "{{{{ headline }}}}"
    severity: high
    when:
      text:
        all: [word{number}, merger]
        any: [alpha{number}, beta, 长飞{number}]
        none: [rumour]
    labels: {{desk: a-share}}
"""
ROUTES = """receivers:
  - {name: desk, targets: ["inbox://"]}
route: {receiver: desk}
"""
ROUNDS = 5


def main() -> None:
    """Write the files, and print the figures."""
    files, each = (int(sys.argv[1]) if len(sys.argv) > 1 else 1_000), (int(sys.argv[2]) if len(sys.argv) > 2 else 10)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "alerts").mkdir()
        (folder / "sources.yaml").write_text("sources: []\n", encoding="utf-8")
        (folder / "routes.yaml").write_text(ROUTES, encoding="utf-8")
        for file in range(files):
            rules = "\n".join(RULE.format(number=file * each + number) for number in range(each))
            (folder / "alerts" / f"f{file}.yaml").write_text(f"rules:\n{rules}", encoding="utf-8")
        memory = Memory()
        load = timed(folder, memory)
        again = []
        for turn in range(ROUNDS):
            changed = folder / "alerts" / f"f{turn * 7}.yaml"
            changed.write_text(changed.read_text(encoding="utf-8").replace("beta", f"gamma{turn}"), encoding="utf-8")
            again.append(timed(folder, memory))
    sys.stdout.write(f"{files} files of {each} rules: load {load:.2f} s, one changed {statistics.median(again) * 1000:.0f} ms\n")


def timed(folder: Path, memory: Memory) -> float:
    """CPU seconds of reading and compiling."""
    started = time.process_time()
    book = parse_folder(read_folder(folder), memory)
    assert book.rules.compiled
    return time.process_time() - started


if __name__ == "__main__":
    main()
