"""docs/events.md tells of every type with all its fields and values, and its examples are what it says they are."""

import re
from pathlib import Path

import pytest

from service.marked_yaml import load
from service.rules.loader import parse_rules
from tests.support.events import item
from tests.support.shipped import context, understand, words

PAGE = (Path(__file__).parent.parent.parent / "docs/events.md").read_text("utf-8")
SECTIONS = {name: text for name, text in re.findall(r"^## ([a-z_]+)\n(.*?)(?=^## )", PAGE, re.M | re.S)}
UNREAD = {"The limit-up in Acme was broken."}


def test_every_type_has_its_section() -> None:
    assert sorted(SECTIONS) == sorted(words()[0].types)


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_names_the_fields_and_their_values(name: str) -> None:
    lexicon, _ = words()
    (line,) = re.findall(r"^- Fields: (.*)$", SECTIONS[name], re.M)
    assert set(re.findall(r"`([a-z_]+)`", line)) == set(lexicon.fields(name))
    for field, allowed in lexicon.fields(name).items():
        if isinstance(allowed, tuple):
            assert f"`{field}` ({', '.join(allowed)})" in line


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_has_an_example_in_either_language(name: str) -> None:
    english, chinese = (
        re.findall(r'^- .*?"([^"]+)"(?: is not read\.)?$', SECTIONS[name], re.M),
        re.findall("^- “(.+)”$", SECTIONS[name], re.M),
    )
    assert len(english) == len(chinese) == 1
    for text in [*english, *chinese]:
        types = [event.type for event in understand(item(text))]
        assert (name in types) is (text not in UNREAD), text


def test_the_ideas_are_rules() -> None:
    (idea,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    ruleset, problems = parse_rules([load(idea, "idea.yaml")], context())
    assert ruleset is not None and not problems
