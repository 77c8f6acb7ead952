"""`text`: words, phrases, prefixes, nearness and regular expressions in an item's title and text.

Words are found in folded text (case, full width and traditional characters do not matter), as whole words where a script has
blanks. All keys of one `text` must hold together.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, RootModel, WithJsonSchema, model_validator

from service.model.explanation import Explanation
from service.model.rule import Evidence
from service.rules.building import TEXTS_SCHEMA, Builder, Path, PlainText, Scope, Strict, as_list
from service.rules.condition import ALWAYS, HELD, MISS, Condition, Context, Keys, Result
from service.rules.conditions.finding import Area, either, every, explained, lacks, listed, missing, places, seen, stands
from service.rules.conditions.logic import All
from service.rules.conditions.near import Near
from service.rules.conditions.regex import compile_regex
from service.rules.conditions.words import Words
from service.rules.reading import Reading


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("a word to look for is empty")
    return text


Word = Annotated[PlainText, AfterValidator(_not_blank), Field(max_length=300)]
WordList = Annotated[list[Word], BeforeValidator(as_list), Field(min_length=1), WithJsonSchema(TEXTS_SCHEMA)]


class NearText(Strict):
    """Words that stand near: beside any, all, phrase or prefix, near one of those; alone, near each other."""

    words: WordList = Field(description="Beside any, all, phrase or prefix: at least one of these; alone: all of these.")
    within: int = Field(default=10, ge=1, le=1000, description="Largest distance in words; a Chinese character is a word.")


class TextOptions(Strict):
    """Words in the item's title and text; all keys given here must hold together."""

    any: WordList | None = Field(
        default=None, description="At least one of these words or phrases.", examples=[["prospectus", "招股书"]]
    )
    all: WordList | None = Field(default=None, description="Every one of these words or phrases.")
    none: WordList | None = Field(default=None, description="None of these words or phrases.")
    phrase: WordList | None = Field(default=None, description="Words that follow each other; of a list, one is enough.")
    prefix: WordList | None = Field(default=None, description="Beginnings of words: `surg` finds surges and surged.")
    near: NearText | None = Field(default=None, description="Words that stand near the others.")
    regex: str | None = Field(default=None, min_length=1, max_length=1000, description="RE2: no look-around, no back-references.")
    in_: Area = Field(default="both", alias="in", description="Where to look.")
    case: bool = Field(default=False, description="true: case, width and script must be as written.")

    whole_word: bool = Field(default=True, description="false: words may also stand inside of longer words.")

    @model_validator(mode="after")
    def _something(self) -> "TextOptions":
        if not any((self.any, self.all, self.none, self.phrase, self.prefix, self.near, self.regex)):
            raise ValueError("`text` looks for nothing: give it any, all, none, phrase, prefix, near or regex")
        return self


class TextWords(RootModel[WordList]):
    """The short form: any of these."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """At least one of `words`; `what` is the key it was written with."""

    place: str
    what: str
    words: tuple[Words, ...]
    area: Area

    def evaluate(self, context: Context) -> Result:
        return Result(True, (), (self,)) if stands(context.reading, self.words, self.area) else MISS

    def evidence(self, reading: Reading) -> tuple[Evidence, ...]:
        return seen(reading, places(reading, self.words, self.area), self.what)

    def explain(self, context: Context) -> Explanation:
        return explained(self, context, f"text {self.what}: {listed(self.words)}", missing(context, self.words, self.area))

    def keys(self) -> Keys:
        return either(self.words)


@dataclass(frozen=True, slots=True)
class EveryOne:
    """All of `words`, anywhere."""

    place: str
    words: tuple[Words, ...]
    area: Area

    def evaluate(self, context: Context) -> Result:
        return MISS if lacks(context.reading, self.words, self.area) else Result(True, (), (self,))

    def evidence(self, reading: Reading) -> tuple[Evidence, ...]:
        return seen(reading, places(reading, self.words, self.area), "all")

    def explain(self, context: Context) -> Explanation:
        return explained(self, context, f"text all: {listed(self.words)}", missing(context, self.words, self.area))

    def keys(self) -> Keys:
        return every(self.words)


@dataclass(frozen=True, slots=True)
class Without:
    """None of `words`."""

    place: str
    words: tuple[Words, ...]
    area: Area

    def evaluate(self, context: Context) -> Result:
        return MISS if stands(context.reading, self.words, self.area) else HELD

    def explain(self, context: Context) -> Explanation:
        spans = places(context.reading, self.words, self.area)
        detail = (
            f"“{spans[0].of(context.reading.document)}” stands there" if spans else f"none of {listed(self.words)} stands there"
        )
        return Explanation(f"text none: {listed(self.words)}", not spans, detail, self.place, spans)

    def keys(self) -> Keys:
        return ALWAYS


def parse(builder: Builder, path: Path, _scope: Scope | None) -> Condition | None:
    """The `text` of a rule: a word, a list of words (any of them), or the keys of TextOptions."""
    if not isinstance(builder.value(path), dict):
        short = builder.check(path, TextWords)
        return OneOf(builder.place(path), "any", tuple(map(Words.of, short.root)), "both") if short else None
    options = builder.check(path, TextOptions)
    return None if options is None else _compiled(builder, path, options)


def _compiled(builder: Builder, path: Path, options: TextOptions) -> Condition | None:
    area = options.in_
    words = {key: _words(key, options) for key in ("any", "phrase", "prefix", "all", "none")}
    at = {key: builder.place((*path, key)) for key, found in words.items() if found}
    children: list[Condition] = [OneOf(at[key], key, words[key], area) for key in ("any", "phrase", "prefix") if key in at]
    if "all" in at:
        children.append(EveryOne(at["all"], words["all"], area))
    if "none" in at:
        children.append(Without(at["none"], words["none"], area))
    if options.near is not None:
        others = words["any"] + words["phrase"] + words["prefix"] + words["all"]
        near = tuple(Words.of(text, case=options.case, whole=options.whole_word) for text in options.near.words)
        children.append(Near(builder.place((*path, "near")), near, others, options.near.within, area))
    if options.regex is not None:
        regex = compile_regex(builder, (*path, "regex"), options.regex, area, case=options.case)
        if regex is None:
            return None
        children.append(regex)
    return children[0] if len(children) == 1 else All(builder.place(path), tuple(children), "text")


def _words(key: str, options: TextOptions) -> tuple[Words, ...]:
    written, whole = getattr(options, key) or (), options.whole_word
    return tuple(Words.of(text, prefix=key == "prefix", case=options.case, whole=whole) for text in written)
