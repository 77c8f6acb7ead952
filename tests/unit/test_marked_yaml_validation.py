"""Errors of a schema at their places, in words for the person who edits the file."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator

from service.marked_yaml import did_you_mean, load, unknown_key, validate


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Level(StrEnum):
    LOW = "low"
    HIGH = "high"


class ByName(Strict):
    name: str


class ByTag(Strict):
    tag: str
    limit: int = 0


class Names(RootModel[list[ByName]]):
    pass


class Entry(Strict):
    id: str
    level: Level = Level.LOW
    count: int = Field(default=1, gt=0)
    share: float = Field(default=0, allow_inf_nan=False)
    on: bool = True
    subject: Literal["any"] | ByName | ByTag | None = None
    words: str | list[str] = ""
    labels: Mapping[str, str] = {}
    levels: dict[Level, int] = {}
    nested: Annotated[tuple[ByTag, ...], Field(min_length=1)] | None = None
    named: Names | None = None
    text: str = Field(default="", min_length=2)
    class_: str = Field(default="", alias="class")

    @field_validator("id")
    @classmethod
    def _lower(cls, value: str) -> str:
        if value != value.lower():
            raise ValueError("ids are lower case")
        return value


class File(Strict):
    entries: list[Entry]


def problems(text: str) -> list[str]:
    found, wrong = validate(load(text, "f.yaml"), File)
    assert (found is None) == bool(wrong)
    return [str(problem).removeprefix("f.yaml:") for problem in wrong]


def test_text_becomes_what_the_model_asks_for() -> None:
    text = "entries:\n  - {id: a, level: high, count: 3, share: 1.5, on: no, words: [ON, NO], labels: {desk: 012}, class: x}"
    found, wrong = validate(load(text, "f.yaml"), File)
    assert wrong == []
    assert found is not None
    entry = found.entries[0]
    assert (entry.level, entry.count, entry.share, entry.on, entry.class_) == (Level.HIGH, 3, 1.5, False, "x")
    assert (entry.words, entry.labels) == (["ON", "NO"], {"desk": "012"})


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{}", "1:11: `id` is missing"),
        ("{id: [a]}", "1:16: `id`: expected text, found a list"),
        ("{id: UP}", "1:16: ids are lower case"),
        ("{id: a, level: hihg}", "1:26: `level`: `hihg` is not one of: low, high (did you mean `high`?)"),
        ("{id: a, level: [x]}", "1:26: `level`: expected text, found a list"),
        ("{id: a, count: many}", "1:26: `count`: expected a whole number, found `many`"),
        ("{id: a, count: 0}", "1:26: `count`: this should be greater than 0"),
        ("{id: a, share: nan}", "1:26: `share`: expected a number, found `nan`"),
        ("{id: a, share: }", "1:26: `share`: expected a number, found nothing"),
        ("{id: a, on: maybe}", "1:23: `on`: expected true or false, found `maybe`"),
        ("{id: a, labels: x}", "1:27: `labels`: expected a mapping, found `x`"),
        ("{id: a, labels: {b: {}}}", "1:31: `b`: expected text, found a mapping"),
        ("{id: a, levels: {hgih: 1}}", "1:28: `hgih`: `hgih` is not one of: low, high (did you mean `high`?)"),
        ("{id: a, text: x}", "1:25: `text`: this should have at least 2 characters"),
        ("{id: a, words: {b: c}}", "1:26: `words`: expected text or a list, found a mapping"),
        ("{id: a, words: [b, [c]]}", "1:30: `words`: expected text, found a list"),
        ("{id: a, nested: []}", "1:27: `nested`: this should have at least 1 item"),
        ("{id: a, nested: [{tag: x, limit: y}]}", "1:44: `limit`: expected a whole number, found `y`"),
        ("{id: a, nested: [{tag: x, lmit: 1}]}", "1:37: unknown key `lmit` (did you mean `limit`?; allowed: limit, tag)"),
        ("{id: a, named: [{nmae: x}]}", None),
        ("{id: a, subject: anyone}", "1:28: `subject`: `anyone` is not one of: any (did you mean `any`?)"),
        ("{id: a, subject: {tag: x, limt: 2}}", "1:37: unknown key `limt` (did you mean `limit`?; allowed: limit, tag)"),
        ("{id: a, subject: {name: [x]}}", "1:35: `name`: expected text, found a list"),
        ("{id: a, subject: [x]}", "1:28: `subject`: expected text or a mapping, found a list"),
        ("{id: a, clas: x}", None),
    ],
)
def test_each_error_at_its_place(entry: str, expected: str | None) -> None:
    found = problems(f"entries: [{entry}]")
    if expected is not None:
        assert found == [expected]


def test_an_unknown_key_lists_what_is_allowed() -> None:
    (problem,) = problems("entries: [{id: a, clas: x}]")
    assert problem.startswith("1:19: unknown key `clas` (did you mean `class`?; allowed: class, count, id, label")


def test_keys_inside_a_root_model() -> None:
    assert problems("entries: [{id: a, named: [{nmae: x}]}]") == [
        "1:27: `name` is missing",
        "1:28: unknown key `nmae` (did you mean `name`?; allowed: name)",
    ]


def test_all_errors_at_once() -> None:
    text = "entries:\n  - id: A\n    count: x\n  - levle: low\n"
    assert [problem.split(" ")[0] for problem in problems(text)] == ["2:9:", "3:12:", "4:5:", "4:5:"]


def test_a_part_of_a_document_can_be_validated() -> None:
    document = load("a:\n  b: {name: [x]}", "f.yaml")
    assert [str(problem) for problem in validate(document, ByName, ("a", "b"))[1]] == [
        "f.yaml:2:13: `name`: expected text, found a list"
    ]
    assert [str(problem) for problem in validate(load("x", "f.yaml"), ByName)[1]] == ["f.yaml:1:1: expected a mapping, found `x`"]


def test_long_values_are_shortened() -> None:
    (problem,) = problems("entries: [{id: a, count: " + "9x" * 100 + "}]")
    assert len(problem) < 130


def test_words_that_are_near_nothing_get_no_guess() -> None:
    assert did_you_mean("zzz", ["subject"]) == ""
    assert did_you_mean("SUBJCT", ["subject", "text"]) == "did you mean `subject`?"
    assert unknown_key(load("zzz: 1", "f.yaml"), ("zzz",), []).hint == ""


def test_any_annotation_is_walked() -> None:
    class Odd(Strict):
        free: Any = None
        deep: dict[str, list[ByTag]] = {}

    _, wrong = validate(load("deep: {x: [{tg: 1}]}\nfre: 1", "f.yaml"), Odd)
    assert [str(problem) for problem in wrong] == [
        "f.yaml:1:12: `tag` is missing",
        "f.yaml:1:13: unknown key `tg` (did you mean `tag`?; allowed: limit, tag)",
        "f.yaml:2:1: unknown key `fre` (did you mean `free`?; allowed: deep, free)",
    ]
