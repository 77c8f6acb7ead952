"""How the command line looks: one place for consoles, colours and the printing of errors and alerts.

What comes from news is printed as text: it can neither style nor steer the terminal.
"""

from collections.abc import Iterable

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
        print_problems(error.problems)
        return
    err.print(Text.assemble(("error: ", "bold red"), plain(str(error))), soft_wrap=True)


def print_problems(problems: Iterable[Problem], *, word: str = "error", style: str = "bold red") -> None:
    """`file:line:column: error: message (hint)`, as compilers and editors have it."""
    for problem in problems:
        line = Text.assemble((problem.place, "bold"), ": ", (f"{word}: ", style), plain(problem.message))
        if problem.hint:
            line.append(f" ({plain(problem.hint)})", "dim")
        err.print(line, soft_wrap=True)


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
