"""One file of rules/events, read: what an event type is called, which words assert it, and which words take it back.

Guarantee: whatever is wrong with a file is reported at its line; an EventType in hand has only phrases that can be compiled.
It must not look at news, and must not know any single event type.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from service.errors import Problem
from service.events.notation import PhraseError, literals
from service.marked_yaml import Document, validate
from service.model.event import Status

LANGUAGES = ("en", "zh")
DEFAULT_WITHIN = {"en": 8, "zh": 14}
"""How far a companion or a blocker is looked for: words in English, characters in Chinese."""
SUBJECT_KINDS = ("index", "stock", "other")


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Phrases = Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)]
Optionals = Annotated[list[str], BeforeValidator(_as_list)]
Choices = Annotated[list[str], BeforeValidator(_as_list)]
Side = Literal["before", "after", "around"]
Means = Literal["denied", "historical", "planned", "near", "expected", "hypothetical", "definition", "measure", "other"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class TriggerText(_Model):
    """`say` asserts the event if `with` (where given) stands on the side `look`, at most `within` words away.

    `pct`: on which side the percentage stands that belongs to it. `subject`: on which side the one it happened to is named
    (`owner`: an English noun whose owner comes first, Acme's IPO or the IPO of Acme, and who does something with it after that;
    `carried`: never here, it is whom the text spoke of last).
    `set` gives fields their values.
    """

    say: Phrases
    with_: Optionals = Field(default=[], alias="with")
    look: Side = "before"
    within: int | None = Field(default=None, ge=0, le=100)
    pct: Literal["after", "before", "itself", "may"] | None = None
    subject: Literal["before", "after", "either", "owner", "carried", "none"] = "before"
    status: Status = Status.ASSERTED
    set: dict[str, str] = Field(default={})


class BlockerText(_Model):
    """`say` takes an event back: the event was denied, is history, is only near, feared, defined, or is none of a price.

    What is only `expected` is planned where planned events of the type count, and no event elsewhere.

    `look` is where it stands: before, after or around the words that assert; over them; in the words that name the subject; or
    anywhere in the clause.
    """

    say: Phrases
    means: Means
    look: Literal["before", "after", "around", "over", "subject", "clause"] = "before"
    within: int | None = Field(default=None, ge=0, le=100)


class LanguageText(_Model):
    """Word lists, triggers and blockers of one language."""

    words: dict[str, str] = Field(default={})
    triggers: list[TriggerText] = Field(default=[])
    blockers: list[BlockerText] = Field(default=[])


class ExpectedText(_Model):
    """An event that an example's text asserts; only what is written is compared."""

    subject: str | None = None
    status: Status | None = None
    entity: str | None = None
    fields: dict[str, str] = Field(default={})


class ExampleText(_Model):
    """A text and the events of this type that it asserts (none where the list is empty)."""

    text: str
    events: list[ExpectedText]


class TypeText(_Model):
    """A whole file. `shared: true` marks a file of blockers that hold for every type.

    `aside: true`: the type is read on its own, so that its words change nothing of what other types find. `ignores` names the
    shared blockers that do not hold for it, by what they mean.
    `priced`: an unknown name needs words about prices in its sentence, since any number may reach a high.
    `company`: an unknown name must look like a company's.
    """

    type: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    about: str = ""
    shared: bool = False
    identity: list[str] = Field(default=["subject", "day"])
    planned_counts: bool = False
    unnamed: bool = False
    aside: bool = False
    ignores: list[Means] = Field(default=[])
    priced: bool = False
    company: bool = False
    subjects: list[Literal["index", "stock", "other"]] = Field(default=["index", "stock", "other"])
    fields: dict[str, Choices] = Field(default={})
    en: LanguageText = LanguageText()
    zh: LanguageText = LanguageText()
    examples: list[ExampleText] = Field(default=[])


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger, its phrases as literals; `entry` is the file and line that say it."""

    entry: str
    language: str
    say: tuple[str, ...]
    companions: tuple[str, ...]
    look: str
    within: int
    pct: str | None
    subject: str
    status: Status
    fields: dict[str, str | float]
    ignores: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Blocker:
    """A blocker, its phrases as literals; `within` None reaches as far as the clause does."""

    entry: str
    language: str
    say: tuple[str, ...]
    means: str
    look: str
    within: int | None


@dataclass(frozen=True, slots=True)
class Example:
    """An example of the file, with the place to report when it fails."""

    text: str
    events: tuple[ExpectedText, ...]
    place: Problem


@dataclass(frozen=True, slots=True)
class EventType:
    """One event type, ready to be compiled with the others."""

    name: str
    about: str = ""
    shared: bool = False
    identity: tuple[str, ...] = ("subject", "day")
    planned_counts: bool = False
    unnamed: bool = False
    aside: bool = False
    priced: bool = False
    company: bool = False
    subjects: tuple[str, ...] = SUBJECT_KINDS
    fields: dict[str, tuple[str, ...] | str] = field(default_factory=dict)
    triggers: tuple[Trigger, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    examples: tuple[Example, ...] = ()


class _Reader:
    """Turns the texts of one document into compiled entries, collecting problems as it goes."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.problems: list[Problem] = []

    def _literals(self, phrases: list[str], words: dict[str, str], language: str, path: tuple[str | int, ...]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for phrase in phrases:
            try:
                found |= dict.fromkeys(literals(phrase, words, language))
            except PhraseError as error:
                self.problems.append(self._document.problem(path, str(error)))
        return tuple(found)

    def _entry(self, path: tuple[str | int, ...]) -> str:
        return f"{self._document.file}:{self._document.mark(path).line}"

    def triggers(self, text: TypeText, language: str) -> list[Trigger]:
        section: LanguageText = getattr(text, language)
        found = []
        for index, one in enumerate(section.triggers):
            path = (language, "triggers", index)
            within = DEFAULT_WITHIN[language] if one.within is None else one.within
            say = self._literals(one.say, section.words, language, (*path, "say"))
            companions = self._literals(one.with_, section.words, language, (*path, "with"))
            fields = self._values(one.set, text, (*path, "set"))
            found.append(
                Trigger(
                    self._entry(path), language, say, companions, one.look, within, one.pct, one.subject, one.status, fields,
                    frozenset(text.ignores),
                )
            )  # fmt: skip
        return found

    def blockers(self, text: TypeText, language: str) -> list[Blocker]:
        section: LanguageText = getattr(text, language)
        found = []
        for index, one in enumerate(section.blockers):
            path = (language, "blockers", index)
            say = self._literals(one.say, section.words, language, (*path, "say"))
            found.append(Blocker(self._entry(path), language, say, one.means, one.look, one.within))
        return found

    def _values(self, values: dict[str, str], text: TypeText, path: tuple[str | int, ...]) -> dict[str, str | float]:
        found: dict[str, str | float] = {}
        for name, value in values.items():
            allowed = text.fields.get(name)
            place = (*path, name)
            if allowed is None and name != "sign":
                self.problems.append(self._document.problem(place, f"this type has no field {name!r}", key=True))
            elif allowed is not None and allowed not in (["text"], ["number"]) and value not in allowed:
                self.problems.append(self._document.problem(place, f"{name} is one of {', '.join(allowed)}"))
            found[name] = value
        return found

    def examples(self, text: TypeText) -> list[Example]:
        places = [self._document.problem(("examples", index), "") for index in range(len(text.examples))]
        return [Example(one.text, tuple(one.events), place) for one, place in zip(text.examples, places, strict=True)]


def parse_vocabulary(document: Document) -> tuple[EventType | None, list[Problem]]:
    """Read one file of rules/events; with any problem there is no type."""
    text, problems = validate(document, TypeText)
    if text is None:
        return None, problems
    reader = _Reader(document)
    triggers = [one for language in LANGUAGES for one in reader.triggers(text, language)]
    blockers = [one for language in LANGUAGES for one in reader.blockers(text, language)]
    examples = reader.examples(text)
    problems = [*problems, *reader.problems]
    if problems:
        return None, problems
    fields: dict[str, tuple[str, ...] | str] = {
        name: allowed[0] if allowed in (["text"], ["number"]) else tuple(allowed) for name, allowed in text.fields.items()
    }
    kind = EventType(
        text.type, text.about, text.shared, tuple(text.identity), text.planned_counts, text.unnamed, text.aside, text.priced,
        text.company,
        tuple(text.subjects), fields, tuple(triggers), tuple(blockers), tuple(examples),
    )  # fmt: skip
    return kind, []
