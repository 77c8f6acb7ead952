"""`tapewatch rules new`: a first rule from a sentence that should alert.

Guarantee: what is written is valid and proved by the examples that were given, or nothing is written; no file is overwritten.
"""

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from service.cli.output import err, out, plain, print_problems
from service.cli.rules_setup import AsJson, Folder, folder_of, print_json, problem_json
from service.errors import ConfigurationError, InvalidFiles
from service.events.extract import extract
from service.model.event import Event
from service.model.item import Item
from service.model.rule import Severity
from service.naming import SHIPPED, shown
from service.rulebook import Memory, Rulebook, parse_folder
from service.rulefolder import read_folder
from service.rules.building import Scope
from service.rules.conditions.field import fields_of
from service.rules.starting import SUBJECTS, Start, proposed
from service.words import counting, event_fields


def new(  # noqa: PLR0913 - each is an option of the command line
    folder: Folder = None,
    match: Annotated[list[str] | None, typer.Option(help="A sentence that must alert; may be given again.")] = None,
    no_match: Annotated[list[str] | None, typer.Option(help="One that must not; may be given again.")] = None,
    rule_id: Annotated[str, typer.Option("--id", help="Its id, and the name of its file.")] = "",
    event: Annotated[str, typer.Option(help="The event it asks for; default: the one found in the sentence.")] = "",
    subject: Annotated[str, typer.Option(help="any, entity:ID, tag:NAME, list:NAME or name:TEXT.")] = "",
    words: Annotated[list[str] | None, typer.Option(help="Words of which one must occur; may be given again.")] = None,
    severity: Annotated[Severity, typer.Option()] = Severity.MEDIUM,
    title: Annotated[str, typer.Option(help="Liquid template of the title.")] = "",
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing.")] = False,
    show: Annotated[bool, typer.Option("--print", help="Print the rule instead of writing it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a rule to start from: paste a sentence that should alert, answer what is asked."""
    draft = Start(list(match or ()), list(no_match or ()), rule_id, event, subject, list(words or ()), severity, title)
    place = folder_of(folder)
    texts, memory = read_folder(place), Memory()
    _fill(draft, parse_folder(texts, memory), asking=not (no_input or as_json))
    path = (place or SHIPPED) / "alerts" / f"{draft.id}.yaml"
    try:
        parse_folder({**texts, shown(path): draft.text().encode()}, memory)
    except InvalidFiles as error:
        _refuse(error, draft, as_json)
        raise typer.Exit(1) from None
    if not show:
        _write(path, draft.text())
    if as_json:
        print_json({"ok": True, "file": shown(path), "written": not show, "text": draft.text()})
    elif show:
        typer.echo(draft.text(), nl=False)
    else:
        done = "; its examples hold. Read it, then: tapewatch rules check"
        out.print(Text.assemble(("wrote ", "green"), shown(path), done), soft_wrap=True)


def _fill(draft: Start, book: Rulebook, *, asking: bool) -> None:
    """Ask for what was not said."""
    if not draft.match:
        draft.match = [_asked("A sentence that should alert", asking, "--match")]
    _understand(draft, book, asking)
    draft.id = draft.id or _asked(
        "A short name for the rule (its id)", asking, "--id", default=proposed(draft.event, draft.words)
    )
    if asking and not draft.no_match:
        counter = typer.prompt("A sentence that must not alert (empty: none)", default="", show_default=False).strip()
        draft.no_match = [counter] if counter else []


def _asked(question: str, asking: bool, option: str, default: str = "") -> str:
    if not asking:
        if default:
            return default
        raise ConfigurationError(f"nothing may be asked, so `{option}` is needed")
    answer: str = typer.prompt(question, default=default or None)
    return answer.strip()


def _understand(draft: Start, book: Rulebook, asking: bool) -> None:
    """Event and subject from the first sentence, where nobody named them."""
    item = Item("new", "new", "", draft.match[0])
    events = counting(book.lexicon, extract(item, book.lexicon))
    if asking:
        for one in events:
            told = f"{one.type} of {one.subject or 'nothing named'}{f' ({one.entity})' if one.entity else ''}"
            out.print(Text.assemble(("read: ", "dim"), plain(told)), soft_wrap=True)
    if not draft.event and not draft.words and events:
        draft.event = _asked("The event that should alert", asking, "--event", default=events[0].type)
    if not draft.event and not draft.words:
        if asking:
            out.print(f"no event is read in it; known: {', '.join(book.lexicon.types)}", soft_wrap=True)
        draft.words = [word.strip() for word in re.split("[,，]", _asked("Words to look for, with commas", asking, "--words"))]
    vocabulary = event_fields(book.lexicon)
    draft.fields = list(fields_of(Scope((draft.event,)), vocabulary)) if draft.event in vocabulary else []
    if draft.event and not draft.subject and asking:
        found = next((one for one in events if one.type == draft.event), None)
        draft.subject = _subject(found)


def _subject(event: Event | None) -> str:
    hint = f"entity:{event.entity}" if event and event.entity else f"name:{event.subject}" if event and event.subject else "tag:…"
    while True:
        answer: str = typer.prompt(f"About whom: any, {hint}, tag:…, list:…", default="any").strip()
        if answer == "any" or answer.partition(":")[0] in SUBJECTS:
            return answer
        err.print("write any, entity:ID, tag:NAME, list:NAME or name:TEXT")


def _refuse(error: InvalidFiles, draft: Start, as_json: bool) -> None:
    if as_json:
        print_json({"ok": False, "text": draft.text(), "problems": [problem_json(problem) for problem in error.problems]})
        return
    print_problems(error.problems, texts=error.texts)
    err.print("\nnothing was written; change the answers above and try again")


def _write(path: Path, text: str) -> None:
    if not path.parent.is_dir():
        raise ConfigurationError(f"{path.parent}: there is no such folder; make one with `tapewatch init .`")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigurationError(f"{path} is there already; choose another --id") from None
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written: {error.strerror}") from error
