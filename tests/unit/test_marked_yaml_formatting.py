"""One layout: only white space changes, comments stay with what they speak of."""

import pytest

from service.errors import InvalidFiles
from service.marked_yaml import formatted, load

UGLY = """


# top of the file
rules:
-   id:   a   # why
    # before a key


    # of when
    when:
        event: limit_up
        # at the end of when
        none:
        -    text: [a,
               b]
        - text: "c
             d"
    # before title
    title: |
        one

        two\x20\x20
    body: >-
      folded
       more
    labels: {a: b}\x20\x20\x20


- # about b
  id: b
  when:
   text: x

# the end
"""

TIDY = """\
# top of the file
rules:
  - id:   a   # why
    # before a key

    # of when
    when:
      event: limit_up
      # at the end of when
      none:
        - text: [a,
            b]
        - text: "c
             d"
    # before title
    title: |
        one

        two\x20\x20
    body: >-
      folded
       more
    labels: {a: b}

  - # about b
    id: b
    when:
      text: x

# the end
"""


def test_an_untidy_file() -> None:
    assert formatted(UGLY, "f.yaml") == TIDY
    assert formatted(TIDY, "f.yaml") == TIDY


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("", ""),
        ("\n\n", ""),
        ("# only a comment", "# only a comment\n"),
        ("a: b", "a: b\n"),
        ("a: b\r\nc: d\r\n", "a: b\nc: d\n"),
        ("\ufeffa: b\n", "a: b\n"),
        ("- a\n-   - b\n    - c\n", "- a\n- - b\n  - c\n"),
        ("a:\n     - b\n\n\n\n     - c\n", "a:\n  - b\n\n  - c\n"),
        ("a: {b: c,\n\n  d: e}\n", "a: {b: c,\n\n  d: e}\n"),
        ("a:\n   {b: c}\n", "a:\n   {b: c}\n"),
        ("a:\n  b: |+\n    x\n\n\n", "a:\n  b: |+\n    x\n"),
        ("a:\n      b: |2\n          x\n", "a:\n  b: |2\n      x\n"),
        ("a: {b: [c,\n      {d: e}]}\n", "a: {b: [c,\n      {d: e}]}\n"),
        ("? a\n: b\n", "? a\n: b\n"),
        ("'a': 'b # c'\n", "'a': 'b # c'\n"),
        ("a:\n    - |\n      # no comment\n    # a comment\n", "a:\n  - |\n    # no comment\n  # a comment\n"),
    ],
)
def test_small_files(text: str, tidy: str) -> None:
    found = formatted(text, "f.yaml")
    assert load(found, "f.yaml").value == load(text, "f.yaml").value
    if "|+" in text:  # the blank lines at the end are part of the text: the file stays as it is
        assert found == text
    else:
        assert found == tidy


def test_bytes_are_read_as_files_are() -> None:
    assert formatted("a:   长\n".encode(), "f.yaml") == "a:   长\n"
    with pytest.raises(InvalidFiles, match="is not UTF-8"):
        formatted(b"a: \xff", "f.yaml")


def test_what_is_no_yaml_is_refused() -> None:
    with pytest.raises(InvalidFiles, match="aliases"):
        formatted("a: *b", "f.yaml")
