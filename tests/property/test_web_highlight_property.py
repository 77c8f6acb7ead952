from hypothesis import given, settings
from hypothesis import strategies as st

from service.model.span import Span
from service.web.highlight import Mark, paragraphs, segments

EDGES = st.integers(-5, 60)
MARKS = st.lists(
    st.builds(Mark, st.builds(Span, EDGES, EDGES), st.sampled_from(["fired", "other"]), st.sampled_from(["", "e1", "e2"]))
)
TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=50)


@settings(deadline=None)
@given(TEXT, MARKS)
def test_the_segments_joined_are_the_text_and_a_character_is_marked_just_where_a_span_lies(text: str, marks: list[Mark]) -> None:
    pieces = segments(text, marks)
    assert "".join(piece.text for piece in pieces) == text
    shown = [bool(piece.mark) for piece in pieces for _ in piece.text]
    assert shown == [any(mark.span.start <= at < mark.span.end for mark in marks) for at in range(len(text))]


@settings(deadline=None)
@given(st.text(alphabet="ab \n", max_size=40), MARKS)
def test_paragraphs_are_the_lines_with_something_in_them(text: str, marks: list[Mark]) -> None:
    found = ["".join(piece.text for piece in line) for line in paragraphs(text, marks)]
    assert found == [line for line in text.split("\n") if line.strip()]
