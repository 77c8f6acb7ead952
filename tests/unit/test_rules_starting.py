"""A first rule from answers: whatever is answered stands in the file as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidFiles
from service.marked_yaml import load
from service.model.rule import Severity
from service.rules.starting import Start, proposed, quoted


def rule(start: Start) -> dict[str, object]:
    value = load(start.text().encode(), "f.yaml").value
    assert isinstance(value, dict)
    (found,) = value["rules"]
    return dict(found)


def test_all_answers_stand_in_the_rule() -> None:
    start = Start(
        ["One."],
        ["Not: this"],
        "mine",
        "ipo",
        "entity:NVDA.US",
        ["prospectus", "招股书"],
        Severity.HIGH,
        fields=["venue"],
        asks={"stage": ["filed", "listed"]},
        least={"move": 7.5},
        labels={"desk": "a: b"},
        owner="ann",
    )
    assert rule(start) == {
        "id": "mine",
        "title": "{{ subject }}{% if alias %} ({{ alias }}){% endif %}: ipo",
        "severity": "high",
        "owner": "ann",
        "labels": {"desk": "a: b"},
        "when": {
            "event": "ipo",
            "subject": {"entity": "NVDA.US"},
            "stage": ["filed", "listed"],
            "move": {"at_least": "7.5"},
            "text": {"any": ["prospectus", "招股书"]},
        },
        "examples": {"match": ["One."], "no_match": ["Not: this"]},
    }
    assert "more that may be asked of it: venue" in start.text()


def test_what_is_open_is_left_out() -> None:
    assert rule(Start([], [], "mine", words=["halt"], subject="any")) == {
        "id": "mine",
        "title": "{{ headline }}",
        "severity": "medium",
        "when": {"text": {"any": ["halt"]}},
    }
    assert rule(Start([], [], "mine", "limit_up", "any", title="Up"))["title"] == "Up"


@given(st.text(max_size=60))
def test_no_answer_becomes_yaml_of_its_own(text: str) -> None:
    try:
        value = load(f"a: {quoted(text)}\nb: [{quoted(text)}]\n".encode("utf-8", "replace"), "f.yaml").value
    except InvalidFiles as error:
        assert "character" in str(error), "only what may be in no file at all is refused"
        return
    if text == text.encode("utf-8", "replace").decode():
        assert value == {"a": text, "b": [text]}


@pytest.mark.parametrize(
    ("event", "words", "name"),
    [("limit_up", [], "my-limit-up"), ("", ["Trading halt!"], "my-trading-halt"), ("", ["停牌"], "my-rule"), ("", [], "my-rule")],
)
def test_a_name_is_found(event: str, words: list[str], name: str) -> None:
    assert proposed(event, words) == name
