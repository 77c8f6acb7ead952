import pytest

from service.marked_yaml import load
from service.marked_yaml.editing import with_entry, with_value

FILE = """\
# where news comes from
sources:
  - id: one # the first
    url: https://a.example/x
    options:
      note: |
        two
        lines

  # - id: commented
other: 1
"""
AT = ("sources", "id", "one")


def read(text: str) -> object:
    return load(text, "x.yaml").value


def test_an_entry_goes_behind_the_last_one_and_nothing_else_changes() -> None:
    after = with_entry(FILE, "sources", {"id": "two: 2", "targets": ["a", "b"]})
    assert read(after)["sources"][1] == {"id": "two: 2", "targets": ["a", "b"]}  # type: ignore[index]
    assert [line for line in after.splitlines() if line in FILE.splitlines()] == FILE.splitlines()
    assert after.index("two: 2") < after.index("# - id: commented")


@pytest.mark.parametrize(
    "before", ["", "# nothing yet\n", "other: 1\n", "sources:\n", "sources: []\nother: 1\n", "sources: # none\n"]
)
def test_a_list_that_is_not_there_or_empty_is_begun(before: str) -> None:
    assert read(with_entry(before, "sources", {"id": "one"}))["sources"] == [{"id": "one"}]  # type: ignore[index]


@pytest.mark.parametrize(
    ("before", "says"),
    [("sources: [{id: a}]", "brackets"), ("sources: {a: b}", "no list"), ("- a\n", "one key"), ("{sources: []}", "one key")],
)
def test_a_file_that_is_laid_out_otherwise_is_left_to_a_person(before: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        with_entry(before, "sources", {"id": "one"})


def test_a_value_is_replaced_where_it_stands_or_added_to_its_entry() -> None:
    off = with_value(FILE, AT, "enabled", False)
    assert read(off)["sources"][0]["enabled"] == "false"  # type: ignore[index]
    assert with_value(off, AT, "enabled", True) == off.replace("false", "true")
    assert "id: uno # the first" in with_value(FILE, AT, "id", "uno")
    assert read(off)["sources"][0]["options"] == read(FILE)["sources"][0]["options"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("before", "key", "says"),
    [
        (FILE, "options", "several lines"),
        ("sources:\n  - {id: one}\n", "enabled", "braces"),
        ("sources:\n  - id: two\n", "enabled", "no entry"),
        ("sources:\n  - text\n", "enabled", "no entry"),
        ("sources: text\n", "enabled", "no entry"),
        ("other: 1\n", "enabled", "no entry"),
        ("sources:\n  - id: one\n    url: >\n      a\n      b\n", "url", "several lines"),
    ],
)
def test_a_value_that_cannot_be_changed_safely_is_left_to_a_person(before: str, key: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        with_value(before, AT, key, "x")
