from service.model.span import Span
from service.web.highlight import Mark, Segment, paragraphs, segments


def test_text_without_marks_is_one_plain_segment() -> None:
    assert segments("limit-up", []) == (Segment("limit-up"),)
    assert segments("", [Mark(Span(0, 3))]) == ()


def test_marked_words_stand_between_plain_ones() -> None:
    assert segments("it hit limit-up today", [Mark(Span(3, 15))]) == (
        Segment("it "),
        Segment("hit limit-up", "fired"),
        Segment(" today"),
    )


def test_where_marks_overlap_the_one_given_first_wins() -> None:
    marks = [Mark(Span(2, 4), "fired"), Mark(Span(0, 6), "other", "e1")]
    assert segments("abcdef", marks) == (Segment("ab", "other", ("e1",)), Segment("cd", "fired"), Segment("ef", "other"))


def test_an_anchor_stands_where_its_mark_begins_even_under_another_mark() -> None:
    marks = [Mark(Span(0, 4), "fired"), Mark(Span(0, 4), "other", "e1"), Mark(Span(2, 4), "other", "e2")]
    first, second = segments("abcd", marks)
    assert first == Segment("ab", "fired", ("e1",))
    assert second == Segment("cd", "fired", ("e2",))


def test_marks_out_of_range_or_inside_out_are_cut_or_ignored() -> None:
    assert segments("abc", [Mark(Span(-5, 1)), Mark(Span(2, 99)), Mark(Span(2, 1)), Mark(Span(7, 9))]) == (
        Segment("a", "fired"),
        Segment("b"),
        Segment("c", "fired"),
    )


def test_lines_become_paragraphs_and_a_mark_goes_on_over_the_border() -> None:
    text = "one\n\n  \ntwo three"
    found = paragraphs(text, [Mark(Span(1, text.index(" three")), "fired", "e1")])
    assert found == (
        (Segment("o"), Segment("ne", "fired", ("e1",))),
        (Segment("two", "fired"), Segment(" three")),
    )
