"""The shape of a rule file, without what stands behind `when`.

Guarantee: what a person may write is here and in the condition families only; loader and JSON schema both read it from here.
"""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, RootModel, WithJsonSchema, model_validator

from service.model.moment import reckonable
from service.rules.building import PlainText, Strict, TextList, as_list
from service.rules.durations import Duration

NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"


def _name(text: str) -> str:
    if not re.fullmatch(NAME_PATTERN, text):
        near = re.sub("[^a-z0-9_-]+", "-", text.casefold()).strip("-_")[:64]
        cure = f", for instance `{near}`" if near else ""
        raise ValueError(f"`{text}` is no name: write small letters, digits, - and _, at most 64{cure}")
    return text


Name = Annotated[str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": NAME_PATTERN})]
Reckonable = Annotated[AwareDatetime, AfterValidator(reckonable)]
LabelName = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]{0,63}$")]


class ListEntry(Strict):
    """A list may hold entities with a tag, or names of what has no entity, beside entity ids."""

    tag: TextList | None = Field(default=None, description="All entities with one of these tags.", examples=["optical"])
    name: TextList | None = Field(default=None, description="Names of what has no entity id.", examples=["Moore Threads"])

    @model_validator(mode="after")
    def _something(self) -> "ListEntry":
        if not self.model_fields_set:
            raise ValueError("this entry is empty: write an entity id, {tag: …} or {name: …}")
        return self


ListEntries = Annotated[list[PlainText | ListEntry], BeforeValidator(as_list), Field(min_length=1)]


class ExampleItem(Strict):
    """A news item."""

    title: PlainText = Field(default="", description="Its headline.")
    text: PlainText = Field(default="", description="What it says.", examples=["Moore Threads filed for an IPO."])
    lang: str = Field(default="", pattern="^(en|zh)?$", description="en or zh; found out if not given.")
    publisher: str = Field(default="", description="The outlet, for rules that ask for one.", examples=["example.com"])
    source: str = Field(default="example", description="The id of a source, for rules that ask for one.")
    published: Reckonable | None = Field(
        default=None, description="When, with its zone, for rules that ask for a time.", examples=["2025-12-22T10:00:00+08:00"]
    )
    fetched: Reckonable | None = Field(default=None, description="When it came in; as soon as it was published if not given.")

    @model_validator(mode="after")
    def _something(self) -> "ExampleItem":
        if not self.title.strip() and not self.text.strip():
            raise ValueError("an example needs a text or a title")
        return self


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("this example is empty")
    return text


Examples = Annotated[list[Annotated[PlainText, AfterValidator(_not_blank)] | ExampleItem], BeforeValidator(as_list)]


def _link(text: str) -> str:
    if text and not re.match("https?://", text):
        raise ValueError(f"`{text}` is no link: a runbook begins with https:// or http://")
    return text


def _day(value: object) -> object:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"`{value}` is no day: write the year first, for instance 2026-12-31") from None


# Made anew and not copied each time, which takes several times as long.
_NONE: dict[str, Any] = {"default": []}


class ExamplesText(Strict):
    """Items that prove the rule each time it is loaded; a rule whose examples fail is refused."""

    match: Examples = Field(
        default_factory=list,
        json_schema_extra=_NONE,
        description="The rule must fire on each of these.",
        examples=[["Moore Threads filed for an IPO."]],
    )
    no_match: Examples = Field(
        default_factory=list,
        json_schema_extra=_NONE,
        description="The rule must not fire on any of these.",
        examples=[["The IPO market cooled."]],
    )


class RuleText(Strict):
    """When to alert, and how the alert looks."""

    id: Name = Field(
        description="Unique among all rules; routes, alerts and explanations name it.", examples=["limit-up-optical"]
    )
    title: str = Field(
        default="",
        description="Liquid template of the alert's title: {{ subject }}, {{ alias }}, {{ entity }}, {{ event }}, {{ pct }}, "
        "{{ stage }}, {{ kind }}, {{ headline }}, {{ source }}, {{ publisher }}, {{ severity }}, {{ rule }}, {{ owner }}, "
        "{{ runbook }}, the event's fields.",
        examples=["{{ subject }} hits limit-up"],
    )
    body: str = Field(default="", description="Liquid template of a text below the title, with the same variables.")
    severity: Any = Field(default="medium", description="How urgent an alert of this rule is; may depend on the event.")
    description: str = Field(default="", description="For people: what the rule is for.")
    when: Any = Field(description="What must hold; all keys given here hold together.")
    during: Any = Field(default=None, description="When it may fire: short for the same key in `when`.")
    count: Any = Field(default=None, description="Fires on several matches within a time.")
    spike: Any = Field(default=None, description="Fires on many more matches than usual.")
    sequence: Any = Field(default=None, description="Fires when `when` follows something else.")
    absence: Any = Field(default=None, description="Fires when nothing matches for a time.")
    first_time: Any = Field(default=None, description="Fires on the first match for a time.")
    corroborated_by: Any = Field(default=None, description="Fires when so many different publishers report the same.")
    novelty: Any = Field(default=None, description="Fires only on what is new, or only on what has changed.")
    labels: dict[LabelName, PlainText] = Field(
        default_factory=dict, json_schema_extra={"default": {}}, description="For routes.", examples=[{"desk": "a-share"}]
    )
    examples: ExamplesText = Field(
        default_factory=ExamplesText,
        json_schema_extra={"default": {"match": [], "no_match": []}},
        description="Items that prove the rule each time it is loaded.",
        examples=[{"match": ["Moore Threads filed for an IPO."], "no_match": ["The IPO market cooled."]}],
    )
    cooldown: Duration | None = Field(
        default=None,
        description="After an alert, how long no other of the same subject is told, unless it is graver or an update.",
        examples=["1h"],
    )
    max_per_hour: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None,
        description="In any hour so many alerts are told one by one; what is more becomes one digest.",
        examples=[10],
    )
    stale_after: Duration | None = Field(
        default=None,
        description="What has not been told so long after it was made is not told any more, digests that a route asks for aside.",
        examples=["2h"],
    )
    enabled: bool = Field(default=True, description="false: the rule is checked, but never fires.")
    expires: Annotated[date, BeforeValidator(_day)] | None = Field(
        default=None, description="The last day, by UTC, on which it may fire.", examples=["2026-12-31"]
    )
    owner: str = Field(default="", max_length=200, description="Whom to ask about the rule.", examples=["primary-markets"])
    runbook: Annotated[str, AfterValidator(_link), WithJsonSchema({"type": "string", "pattern": "^(https?://.*)?$"})] = Field(
        default="", max_length=500, description="Link: what to do when it fires.", examples=["https://wiki.example.com/ipo"]
    )


class ListsText(RootModel[dict[Name, ListEntries]]):
    """Named lists, for `subject: {list: …}` in any file."""


class MacroNames(RootModel[dict[Name, Any]]):
    """Named conditions, for `use:` in any file."""


class FileText(Strict):
    """The top of a file of rules/alerts; what is in it is checked piece by piece, so that one bad rule hides no other."""

    rules: list[Any] = Field(default=[], examples=[[{"id": "my-ipo", "when": {"event": "ipo"}}]])
    lists: dict[str, Any] = Field(default={}, examples=[{"my-stocks": ["601869.SH", "NVDA.US"]}])
    macros: dict[str, Any] = Field(default={}, examples=[{"not-a-rumour": {"none": [{"text": ["rumour"]}]}}])
