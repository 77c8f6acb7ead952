"""sources.yaml → Source objects, with every fault at its line and column.

Guarantee: each entry is judged on its own, so all faults are reported at once; a URL that could not be asked, or that holds a
password, is refused here and not at the first fetch. Reads no file.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from service import urls
from service.errors import Problem
from service.marked_yaml import Document, did_you_mean, unknown_key, validate
from service.marked_yaml.schemas import DURATION, schema_of
from service.model.duration import parse_duration
from service.model.source import Source
from service.sources import SOURCES
from service.sources.text import one_line, plain

SHORTEST = timedelta(milliseconds=100)
LONGEST = timedelta(days=30)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError("an id is made of letters, digits, `.`, `_` and `-`, begins with a letter or digit, and has at most 64")
    return text


def _kind(text: str) -> str:
    if text not in SOURCES:
        question = did_you_mean(text, SOURCES)
        raise ValueError(f"unknown kind `{text}`; there are: {', '.join(SOURCES)}" + (f"; {question}" if question else ""))
    return text


def _url(text: str) -> str:
    if text:
        urls.read(text)
    return text


def _interval(text: object) -> timedelta:
    interval = parse_duration(str(text))
    if not SHORTEST <= interval <= LONGEST:
        raise ValueError("an interval lies between 100ms and 30d")
    return interval


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: Annotated[str, AfterValidator(_id)] = Field(
        description="Unique; rules and pages name it.", json_schema_extra={"pattern": f"^{_ID.pattern}$"}
    )
    kind: Annotated[str, AfterValidator(_kind)] = Field(
        "feed", description="What it is made of.", json_schema_extra={"enum": list(SOURCES)}
    )
    url: Annotated[str, AfterValidator(_url)] = Field("", description="Where it is.")
    interval: Annotated[timedelta, BeforeValidator(_interval), WithJsonSchema(DURATION)] = Field(
        timedelta(minutes=1), description="How often it is asked.", json_schema_extra={"default": "1m"}
    )
    publisher: str = Field("", description="Who speaks, for corroboration; none: the feed's own title.")
    language: Literal["en", "zh", ""] = Field("", description="en or zh; none: told from the text.")
    baseline: bool | None = Field(None, description="Whether what it holds at first is history, not news.")
    enabled: bool = Field(True, description="false: it is not asked.")
    options: dict[str, str] = Field(default={}, description="What its kind asks for beside this.")


class _File(BaseModel):
    """The shape of the file, for its schema."""

    model_config = ConfigDict(extra="forbid")
    sources: list[_Entry] | None = Field(description="Where news comes from.")


def json_schema() -> dict[str, Any]:
    """The schema of sources.yaml, for editors."""
    return schema_of(_File, "Tapewatch sources")


def parse_sources(document: Document) -> tuple[tuple[Source, ...], list[Problem]]:
    """The enabled sources, and all problems; the sources count only when there are none."""
    if not isinstance(document.value, dict):
        return (), [document.problem((), "sources.yaml holds one key, `sources`, with a list below it")]
    problems = [unknown_key(document, (key,), ["sources"]) for key in document.value if key != "sources"]
    entries = document.value.get("sources", [])
    if entries == "":  # `sources:` with everything below it commented out
        entries = []
    if not isinstance(entries, list):
        return (), [*problems, document.problem(("sources",), "`sources` is a list: each entry begins with `- id:`")]
    problems += _same_ids(document, entries)
    sources = []
    for number in range(len(entries)):
        entry, found = validate(document, _Entry, ("sources", number))
        if entry is not None:
            found = _entry_problems(document, number, entry)
            if entry.enabled:
                sources.append(_source(entry))
        problems += found
    return tuple(sources), problems


def _same_ids(document: Document, entries: Sequence[object]) -> list[Problem]:
    problems, first = [], dict[object, int]()
    for number, entry in enumerate(entries):
        name = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(name, str) and first.setdefault(name, number) != number:
            line = document.mark(("sources", first[name], "id")).line
            problems.append(document.problem(("sources", number, "id"), f"there is another source `{name}` in line {line}"))
    return problems


def _entry_problems(document: Document, number: int, entry: _Entry) -> list[Problem]:
    """What depends on the kind."""
    adapter, at = SOURCES[entry.kind], ("sources", number)
    _, problems = validate(document, adapter.options, (*at, "options")) if entry.options else (None, [])
    if adapter.needs_url and not entry.url:
        problems = [*problems, document.problem(at, f"a source of kind `{entry.kind}` needs a `url`")]
    if entry.url and not adapter.needs_url:
        problems = [*problems, document.problem((*at, "url"), f"a source of kind `{entry.kind}` has no `url`", key=True)]
    return problems


def _source(entry: _Entry) -> Source:
    return Source(
        id=entry.id,
        kind=entry.kind,
        url=entry.url,
        interval=entry.interval,
        publisher=one_line(plain(entry.publisher, 320), 320),
        language=entry.language,
        baseline=SOURCES[entry.kind].baseline if entry.baseline is None else entry.baseline,
        options=entry.options,
    )
