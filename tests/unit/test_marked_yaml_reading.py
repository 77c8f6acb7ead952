"""Reading: places, text as text, and every refusal at the place where its cure is."""

import time

import pytest

from service.errors import InvalidFiles
from service.marked_yaml import MAX_BYTES, MAX_NODES, Document, Mark, load


def refusal(text: str | bytes) -> list[str]:
    """The problems of a text, as `line:column message`."""
    with pytest.raises(InvalidFiles) as refused:
        load(text, "f.yaml")
    assert all(problem.file == "f.yaml" for problem in refused.value.problems)
    return [f"{problem.line}:{problem.column} {problem.message}" for problem in refused.value.problems]


def test_every_scalar_is_text() -> None:
    document = load("{a: ON, b: NO, c: 012, d: 1E3, e: null, f: ~, g: 2025-12-22, h: true, i: , j: '', 5: .inf}", "f.yaml")
    assert document.value == {
        "a": "ON",
        "b": "NO",
        "c": "012",
        "d": "1E3",
        "e": "null",
        "f": "~",
        "g": "2025-12-22",
        "h": "true",
        "i": "",
        "j": "",
        "5": ".inf",
    }


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "\ufeff", b"\xef\xbb\xbf"])
def test_an_empty_file_is_an_empty_dict(text: str | bytes) -> None:
    document = load(text, "f.yaml")
    assert document.value == {}
    assert document.mark(("anything", 3)) == Mark(1, 1)


TEXT = """\
# comment
rules:
  - id: one
    when: {any: [a, "b"]}
  - id: 长飞光纤
    when: {event: x}
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ((), (2, 1), (2, 1)),
        (("rules",), (2, 1), (3, 3)),
        (("rules", 0), (3, 5), (3, 5)),
        (("rules", 0, "id"), (3, 5), (3, 9)),
        (("rules", 0, "when", "any", 1), (4, 21), (4, 21)),
        (("rules", 1, "when", "event"), (6, 12), (6, 19)),
        (("rules", 1, "id"), (5, 5), (5, 9)),
    ],
)
def test_places_of_keys_and_values(path: tuple[str | int, ...], key: tuple[int, int], value: tuple[int, int]) -> None:
    document = load(TEXT, "f.yaml")
    assert document.mark(path, key=True) == Mark(*key)
    assert document.mark(path) == Mark(*value)


def test_a_place_that_is_not_there_is_that_of_its_nearest_ancestor() -> None:
    document = load(TEXT, "f.yaml")
    assert document.mark(("rules", 1, "title", "x")) == Mark(5, 5)
    assert document.mark(("rules", 9)) == Mark(3, 3)
    assert document.mark(("rules", "id")) == Mark(3, 3)
    assert document.mark(("rules", 0, "id", "deeper")) == Mark(3, 9)
    assert document.mark(("rules", 0, "when", "none"), key=True) == Mark(4, 11)


def test_values_at_paths() -> None:
    document = load(TEXT, "f.yaml")
    assert document.at(()) == document.value
    assert document.at(("rules", 0, "when", "any")) == ["a", "b"]
    assert document.at(("rules", 0, "title")) is None


def test_a_problem_carries_file_place_message_and_hint() -> None:
    problem = load(TEXT, "f.yaml").problem(("rules", 0, "id"), "is bad", "be good")
    assert str(problem) == "f.yaml:3:9: is bad (be good)"


def test_a_document_made_by_hand_has_places_too() -> None:
    assert Document("f.yaml", {}).problem(("a",), "x").place == "f.yaml:1:1"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_ending_counts_as_one_line(ending: str) -> None:
    document = load(f"a: 1{ending}b:{ending}  c: 3{ending}", "f.yaml")
    assert document.value == {"a": "1", "b": {"c": "3"}}
    assert document.mark(("b", "c")) == Mark(3, 6)


def test_a_byte_order_mark_does_not_move_the_first_line() -> None:
    assert load(b"\xef\xbb\xbfa: 1", "f.yaml").mark(("a",)) == Mark(1, 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1", ["1:4 anchors (`&x`) are not read here"]),
        ("a: &x 1\nb: *x", ["1:4 anchors (`&x`) are not read here", "2:4 aliases (`*x`) are not read here"]),
        ("a: !!python/object:os.system x", ["1:4 tags (`tag:yaml.org,2002:python/object:os.system`) are not read here"]),
        ("a: ! x", ["1:4 tags (`!`) are not read here"]),
        ("a: !x [1]", ["1:4 tags (`!x`) are not read here"]),
        ("a:\n  <<: {b: 1}", ["2:3 merge keys (`<<`) are not read here"]),
        ("%YAML 1.1\n---\na: 1", ["1:1 directives (`%…`) are not read here"]),
        ("a: 1\n---\nb: 2", ["2:1 a second document begins here"]),
        ("[a]: 1", ["1:1 a list or mapping stands where a key must stand"]),
        ("title: {{ subject }} rises", ["1:9 a list or mapping stands where a key must stand"]),
        ("title: up {{ a }}: {{ b }}", ["1:18 this line is not readable"]),
        ("a: 1\nb:\n  a: 1\n  a: 2\na: 3", ["4:3 the key `a` is written twice", "5:1 the key `a` is written twice"]),
        ("a:\n\tb: 1", ["2:1 a tab stands where spaces must stand"]),
        ("a: >\n\tb", ["2:1 a tab stands where spaces must stand"]),
        ("a: [1, 2\n", ["1:4 the list opened here with `[` is not closed with `]`"]),
        ("a:\n  - {b: 1\n", ["2:5 the mapping opened here with `{` is not closed with `}`"]),
        ("a: 'x\n\n", ["1:4 the quote opened here is never closed"]),
        ("a\nb: 1", ["2:2 this `:` makes a key where no key can stand"]),
        ("a: 1\nb\n", ["2:1 a `:` is missing behind this key"]),
        ("a: b: c", ["1:5 this `:` makes a key where no key can stand"]),
        ("a: - b", ["1:4 this `-` begins a list where no list can stand"]),
        ("a: 'it's'", ["1:8 this does not belong to the mapping above it"]),
        ("- a\nb: 1", ["2:1 this does not belong to the list above it: a `-` is missing"]),
        ('a: "\\d"', ["1:5 `\\` has a special meaning in double quotes"]),
        ("a: @x", ["1:4 text cannot begin with `@`"]),
        ("a: [}", ["1:5 a value is missing here"]),
        ("a: *", ["1:5 while scanning an alias: did not find expected alphabetic or numeric character"]),
        ("a: 1\nb: x\0", ["2:5 a NUL byte (U+0000) stands here"]),
        ("a: x\ufeff", ["1:5 a byte order mark in the middle of the file (U+FEFF) stands here"]),
        ("a: x\u2028b: 1", ["1:5 an invisible or control character (U+2028) stands here"]),
        ("a: \ud800", ["1:4 an invisible or control character (U+D800) stands here"]),
        (b"a: 1\nb: \xe9t\xe9", ["2:4 byte 0xe9 is not UTF-8"]),
        (b"\xef\xbb\xbf\xff", ["1:1 byte 0xff is not UTF-8"]),
        (b"\xff\xfea\x00", ["1:1 the file is saved as UTF-16"]),
    ],
)
def test_refusals_name_the_place(text: str | bytes, expected: list[str]) -> None:
    assert refusal(text) == expected


def test_a_duplicate_key_names_both_places() -> None:
    with pytest.raises(
        InvalidFiles, match=r"f\.yaml:3:1: the key `a` is written twice \(the first is at f\.yaml:1:1; keep one\)"
    ):
        load("a: 1\nb: 2\na: 3", "f.yaml")


def test_a_list_that_stays_open_over_lines_says_where_that_was_noticed() -> None:
    with pytest.raises(InvalidFiles, match=r"f\.yaml:1:4: .*noticed at line 3"):
        load("a: [1,\n  2\nb: 3", "f.yaml")


BOMBS: dict[str, str | bytes] = {
    "alias": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]\n",
    "merge": "x: &x {a: 1}\ny: &y\n  <<: [*x, *x, *x]\nz:\n  <<: [*y, *y, *y]\n",
    "many aliases": "a: &a x\nb: [" + "*a," * 200_000 + "]",
    "deep lists": "[" * 20_000,
    "deep mappings": "{a: " * 20_000,
    "deep blocks": "- " * 20_000,
    "huge": "x" * (MAX_BYTES + 1),
    "huge in bytes only": "长" * (MAX_BYTES // 2),
    "huge bytes": b"x" * (50 * MAX_BYTES),
    "wide characters": "\ud800" * (MAX_BYTES // 2),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_at_once(name: str) -> None:
    started = time.thread_time()
    assert refusal(BOMBS[name])
    assert time.thread_time() - started < 0.05


def test_more_values_than_allowed_are_refused_where_they_begin() -> None:
    assert refusal("- a\n" * MAX_NODES) == [f"{MAX_NODES}:3 the file holds more than {MAX_NODES:,} values"]


def test_after_fifty_problems_the_rest_is_not_looked_for() -> None:
    assert len(refusal("a: 1\n" * 200)) == 50


def test_a_key_that_looks_like_a_number_is_found_by_either() -> None:
    document = load("a:\n  7: b\n", "x.yaml")
    assert document.mark(("a", 7)) == document.mark(("a", "7")) == Mark(2, 6)
    assert document.mark(("a", 7), key=True) == Mark(2, 3)
    assert document.mark(("a", 8)) == Mark(2, 3)
    assert document.at(("a", 7)) == document.at(("a", "7")) == "b"
