"""What the commands of `tapewatch rules` share: the folder, and how problems and findings are shown or written as JSON."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from service.cli.output import print_problems
from service.clock import utc_now
from service.config import Environment
from service.errors import Problem
from service.rulebook import Rulebook
from service.rules.lint import Finding, Level, lint

Folder = Annotated[Path | None, typer.Argument(help="The rules folder; default: the one in force.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]

STYLES = {Level.ERROR: "bold red", Level.WARNING: "bold yellow", Level.INFO: "cyan"}


def folder_of(folder: Path | None) -> Path | None:
    """The folder that was named, or the one in force; None for the pack that travels with the program."""
    return folder or Environment().settings().rules_folder


def lint_of(book: Rulebook) -> tuple[Finding, ...]:
    """What is allowed but probably not meant, as of today."""
    return lint(book.rules.compiled, today=utc_now().date(), sources={source.id for source in book.sources})


def print_findings(findings: Iterable[Finding], texts: Mapping[str, bytes]) -> None:
    """Findings as problems are shown, each with its level."""
    for finding in findings:
        print_problems([finding.problem], texts=texts, word=finding.level.value, style=STYLES[finding.level])


def print_json(value: object) -> None:
    """One JSON object, to standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def problem_json(problem: Problem, level: str = "error", code: str = "invalid", rule: str = "") -> dict[str, object]:
    """A problem for machines; lines and columns count from 1."""
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "level": level,
        "code": code,
        "rule": rule,
        "message": problem.message,
        "hint": problem.hint,
    }
