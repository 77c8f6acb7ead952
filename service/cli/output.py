"""How the command line looks: one place for consoles, colours and the printing of errors and alerts.

What comes from news is printed as text: it can neither style nor steer the terminal.
"""

import re
from collections.abc import Iterable, Mapping

from rich.cells import cell_len
from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from service.errors import InvalidFiles, Problem, TapewatchError
from service.model.alert import Alert
from service.model.rule import Severity
from service.model.span import Span

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

SEVERITY_STYLE = {
    Severity.INFO: "dim",
    Severity.LOW: "cyan",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "bold red",
    Severity.CRITICAL: "bold white on red",
}


def plain(text: str) -> str:
    """Text without control characters that a terminal would obey."""
    return "".join(character if character.isprintable() or character in "\n\t" else "�" for character in text)


def print_error(error: TapewatchError) -> None:
    """To standard error, problems of files one on a line."""
    if isinstance(error, InvalidFiles):
        print_problems(error.problems, texts=error.texts)
        return
    err.print(Text.assemble(("error: ", "bold red"), plain(str(error))), soft_wrap=True)


def print_problems(
    problems: Iterable[Problem], *, texts: Mapping[str, bytes] | None = None, word: str = "error", style: str = "bold red"
) -> None:
    """`file:line:column: error: message (hint)`, as compilers and editors have it, and the place itself where `texts` has it."""
    for problem in problems:
        line = Text.assemble((problem.place, "bold"), ": ", (f"{word}: ", style), plain(problem.message))
        if problem.hint:
            line.append(f" ({plain(problem.hint)})", "dim")
        err.print(line, soft_wrap=True)
        if shown := pointed(problem, (texts or {}).get(problem.file, b"").decode("utf-8", "replace")):
            err.print(Text.assemble((shown[0], "dim"), "\n", (shown[1], style)), soft_wrap=True)


_LINES = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r"""["'][^"']*["']|[^\s,:\[\]{}#]+|\S""")
SHOWN = 100
"""Characters of a line that are shown around a place."""


def pointed(problem: Problem, text: str) -> tuple[str, str] | None:
    """The line that a problem is in, and a line with carets below the place; None if the text has no such place."""
    lines = _LINES.split(text.removeprefix("\ufeff"))
    if not 1 <= problem.line <= len(lines) or not lines[problem.line - 1].strip():
        return None
    line, at = lines[problem.line - 1], problem.column - 1
    start = max(0, at - SHOWN // 2) if len(line) > SHOWN else 0
    shown = plain(line[start : start + SHOWN]).replace("\t", " ")
    token = _TOKEN.match(shown, at - start)
    length = cell_len(token.group()) if token else 1
    number = f"{problem.line:>5} | "
    return f"{number}{shown}", f"{'':>5} | {' ' * cell_len(shown[: at - start])}{'^' * length}"


def marked(text: str, marks: Iterable[Span], style: str = "bold black on yellow") -> Text:
    """`text` with the words that fired marked; marks count in `text`."""
    clean = plain(text)
    result = Text(clean)
    for mark in marks:
        result.stylize(style, mark.start, mark.end)
    return result


def alert_panel(alert: Alert, *, heading: str = "") -> Panel:
    """One alert as a person should see it."""
    subject = f"{alert.subject} ({alert.alias})" if alert.alias else alert.subject
    facts = ", ".join(f"{name} {value}" for name, value in alert.facts.items())
    lines = [
        Text.assemble((plain(alert.title), "bold")),
        marked(alert.excerpt, alert.marks),
        Text.assemble(
            ("subject  ", "dim"), plain(subject or "none named"), ("  " + (alert.entity or ""), "cyan"), f"  {plain(facts)}"
        ),
        Text.assemble(("why      ", "dim"), plain(alert.reason)),
    ]
    if heading:
        lines.append(Text.assemble(("arrived  ", "dim"), (plain(heading), "green")))
    title = Text(f" {alert.severity.value.upper()} ", SEVERITY_STYLE[alert.severity])
    return Panel(Group(*lines), title=title, title_align="left", border_style="dim")
