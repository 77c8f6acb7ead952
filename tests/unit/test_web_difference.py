"""Two texts, line by line."""

from service.web.difference import AROUND, MOST_LINES, Line, difference


def test_what_changed_is_shown_with_a_few_lines_around_it() -> None:
    before = [f"line {number}" for number in range(20)]
    after = [*before[:10], "+ new", "-- newer", *before[11:]]
    found = difference("\n".join(before), "\n".join(after))
    assert found[0].kind == "place"
    assert found[1 : 1 + AROUND] == [Line("", line) for line in before[7:10]]
    assert found[4:7] == [Line("removed", "line 10"), Line("added", "+ new"), Line("added", "-- newer")]
    assert found[7:] == [Line("", line) for line in before[11 : 11 + AROUND]]


def test_texts_that_are_the_same_show_nothing_and_long_ones_end() -> None:
    assert difference("a\nb", "a\nb") == difference("", "") == []
    assert len(difference("", "\n".join(map(str, range(MOST_LINES * 2))))) == MOST_LINES
