"""`novelty` of a rule: whether it tells what is new, what has changed, or both; beside `when` or at its top.

How new an event is, is known only once its item has found its story, so this is no condition: it filters what matched.
Guarantee: it is written at most once, and whatever is wrong with it is reported at its place.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, RootModel, WithJsonSchema

from service.rules.building import Builder, Path, as_list

NAMES = ("first", "update")
_SCHEMA = {"anyOf": [{"enum": list(NAMES)}, {"type": "array", "items": {"enum": list(NAMES)}, "minItems": 1}]}


class NoveltyText(RootModel[list[Literal["first", "update"]]]):
    """`first`: nobody reported it before. `update`: something material changed since."""

    root: Annotated[list[Literal["first", "update"]], BeforeValidator(as_list), Field(min_length=1), WithJsonSchema(_SCHEMA)]


def parse(builder: Builder, path: Path) -> tuple[str, ...]:
    """What alone the rule at `path` tells; nothing if it tells all."""
    written = [
        place for place in (path, (*path, "when")) if isinstance(builder.value(place), dict) and "novelty" in builder.value(place)
    ]
    if len(written) > 1:
        builder.say((*written[1], "novelty"), "`novelty` is written twice", "write it beside `when` or in it", key=True)
    text = builder.check((*written[0], "novelty"), NoveltyText) if written else None
    return tuple(dict.fromkeys(text.root)) if text is not None else ()
