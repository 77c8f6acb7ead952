"""`subject`: whom the event is about: an entity, all with a tag, all of a list, or a name.

`{entity: [NVDA.US, 601869.SH]}`, `{tag: optical}`, `{list: my-stocks}`, `{name: "Moore Threads"}`. Several keys hold together,
several values of one key are alternatives. `named` asks for a name at all ("27 stocks hit limit-up" has none), `any` for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field, model_validator

from service.folding import fold
from service.model.entity import Catalog
from service.model.event import Event
from service.model.explanation import Explanation
from service.rules.building import Builder, Listed, Path, Scope, Strict, TextList
from service.rules.condition import ALWAYS, HELD, MISS, Condition, Context, Keys, Result
from service.rules.conditions.event import told
from service.rules.conditions.logic import All
from service.rules.conditions.words import Words
from service.rules.rarity import alternatives
from service.rules.reading import FoldedText

MANY = 64
"""A rule about more entities than this is not looked for by each of them."""


class SubjectOptions(Strict):
    """Whom the event is about; all keys given here must hold together."""

    entity: TextList | None = Field(default=None, description="Ids of entities; one is enough.", examples=["601869.SH"])
    tag: TextList | None = Field(default=None, description="Tags of entities; one is enough.", examples=["optical"])
    list: TextList | None = Field(default=None, description="Names of `lists`; one is enough.", examples=["my-stocks"])
    name: TextList | None = Field(default=None, description="Names as they stand in the news, for what is not in entities/.")

    @model_validator(mode="after")
    def _something(self) -> "SubjectOptions":
        if not self.model_fields_set:
            raise ValueError("`subject` names nobody: give it entity, tag, list or name, or write `subject: any`")
        return self


@dataclass(frozen=True, slots=True)
class SubjectIs:
    """The event's subject is one of `entities`, or is called by one of `names` (folded, as whole words)."""

    place: str
    what: str
    entities: frozenset[str]
    names: tuple[Words, ...] = ()

    def evaluate(self, context: Context) -> Result:
        event = context.event
        held = event.entity in self.entities or any(_called(event, name) for name in self.names)
        return HELD if held else MISS

    def explain(self, context: Context) -> Explanation:
        held, event = self.evaluate(context).held, context.event
        known = f" ({event.entity})" if event.entity else ""
        miss = f"{told(context)}: the subject{known} is not {self.what}"
        detail = f"the subject is {event.subject or event.entity}" if held else miss
        spans = (context.event.subject_span,) if held and context.event.subject_span else ()
        return Explanation(f"subject {self.what}", held, detail, self.place, spans)

    def keys(self) -> Keys:
        if len(self.entities) > MANY:
            return ALWAYS
        known = tuple((f"entity:{one}",) for one in sorted(self.entities))
        return alternatives([known, *(name.keys() for name in self.names)])


@dataclass(frozen=True, slots=True)
class SubjectNamed:
    """The text names the event's subject."""

    place: str

    def evaluate(self, context: Context) -> Result:
        return HELD if context.event.subject or context.event.entity else MISS

    def explain(self, context: Context) -> Explanation:
        held, event = self.evaluate(context).held, context.event
        detail = f"the subject is {event.subject or event.entity}" if held else told(context)
        return Explanation("subject named", held, detail, self.place, (event.subject_span,) if event.subject_span else ())

    def keys(self) -> Keys:
        return ALWAYS


def parse(builder: Builder, path: Path, _scope: Scope | None) -> Condition | None:
    """The `subject` of a rule; `any` is a condition that always holds."""
    value = builder.value(path)
    if value == "any":
        return All(builder.place(path), (), "subject any")
    if value == "named":
        return SubjectNamed(builder.place(path))
    if isinstance(value, str):
        hint = f"write {_named(builder, value)}, or `any`"
        builder.say(path, f"`{value}` is no way to name a subject" if value else "a subject is missing here", hint)
        return None
    options = builder.check(path, SubjectOptions)
    if options is None:
        return None
    before = len(builder.problems)
    written = [(key, texts) for key in ("entity", "tag", "list", "name") if (texts := getattr(options, key))]
    children = [_one(builder, (*path, key), key, texts) for key, texts in written]
    if len(builder.problems) > before:
        return None
    return children[0] if len(children) == 1 else All(builder.place(path), tuple(children), "subject")


def _named(builder: Builder, text: str) -> str:
    """How a subject is named, with what is known under this word."""
    ids = [text] if text in builder.catalog else sorted(called(builder.catalog, text))
    if ids:
        return f"`subject: {{entity: {ids[0]}}}`"
    if text in builder.lists:
        return f"`subject: {{list: {text}}}`"
    if any(text in entity.tags for entity in builder.catalog.values()):
        return f"`subject: {{tag: {text}}}`"
    return "`subject: {entity: …}`, {tag: …}, {list: …}, {name: …}"


def _one(builder: Builder, path: Path, key: str, texts: Sequence[str]) -> SubjectIs:
    found = [lookup(builder, builder.element(path, number), key, text) for number, text in enumerate(texts)]
    entities = frozenset().union(*(one.entities for one in found))
    names = tuple(Words.of(name) for one in found for name in one.names)
    return SubjectIs(builder.place(path), f"{key}: {' or '.join(texts)}", entities, names)


def lookup(builder: Builder, path: Path, key: str, text: str) -> Listed:
    """What an entity id, tag, list or name stands for; one that is not known is reported at `path`."""
    catalog = builder.catalog
    if key == "name":
        if not text.strip():
            builder.say(path, "a name is empty")
        return Listed(called(catalog, text), (text,))
    if key == "list":
        if text not in builder.lists and text in catalog:
            builder.say(path, f"unknown list `{text}`", f"that is an entity: write `entity: {text}`, also for several")
        elif text not in builder.lists:
            builder.unknown(path, "list", text, builder.lists)
        return builder.lists.get(text, Listed())
    if key == "tag":
        tagged = frozenset(entity.id for entity in catalog.values() if text in entity.tags)
        if not tagged:
            builder.unknown(path, "tag", text, {tag for entity in catalog.values() for tag in entity.tags})
        return Listed(tagged)
    if text not in catalog:
        ids = sorted(called(catalog, text))
        if ids:
            builder.say(path, f"unknown entity `{text}`", f"that is a name; its id is `{'`, `'.join(ids)}`")
        else:
            builder.unknown(path, "entity", text, catalog)
    return Listed(frozenset({text}))


def called(catalog: Catalog, name: str) -> frozenset[str]:
    """The entities that have this name."""
    folded = fold(name)
    return frozenset(
        entity.id for entity in catalog.values() if any(fold(own) == folded for own in (*entity.names_en, *entity.names_zh))
    )


def _called(event: Event, name: Words) -> bool:
    for text in (event.subject, event.alias):
        laid = FoldedText(text)
        if any(True for _ in name.find(laid, laid.whole)):
            return True
    return False
