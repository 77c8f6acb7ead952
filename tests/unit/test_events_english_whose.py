"""Whose English event it is, which stage a listing has reached, and which words are other items' news."""

import pytest

from service.events.english_subjects import names_nobody
from tests.support.events import item, moves, only, said
from tests.support.shipped import understand


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("An offer price was set at 40 crowns in the Halden Dairy IPO.", "priced"),
        ("Halden Dairy Ltd. set the price band at Rs 40 to 44 a share for its IPO.", "priced"),
        ("Pension funds have made bids to buy stock in Halden Motor Ltd.'s $2 billion initial public offering.", "priced"),
        ("Halden plans an IPO next year.", "planned"),
        ("Halden priced its IPO at $20 a share.", "priced"),
        (
            "Halden stock slid under the issue price once Halden raised $90 million in its IPO.",
            "listed",
        ),
    ],
)
def test_the_stage_of_a_listing(text: str, stage: str) -> None:
    assert only(text).fields["stage"] == stage


def test_a_person_is_nobody() -> None:
    assert said("Osric Halden took his time - then chose an initial public offering.") == []


@pytest.mark.parametrize(
    ("text", "nobody"), [("Cash Flows At Halden", True), ("Halden At Morvik Bank", False), ("Halden on Morvik", False)]
)
def test_a_piece_of_a_headline_is_nobody(text: str, nobody: bool) -> None:
    assert names_nobody(text) is nobody


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("Orion Group Holdings Inc shares rose 4%.", None),
        ("Orion Corporation shares rose 4%.", "ORNBV.HE"),
        ("The WSJ Dollar Index rose 0.2%.", None),
        ("The ICE Dollar Index rose 0.2%.", "DXY"),
        ("The dollar index rose 0.2%.", "DXY"),
    ],
)
def test_a_longer_name_is_somebody_else(text: str, entity: str | None) -> None:
    assert only(text).entity == entity


@pytest.mark.parametrize(
    "text",
    [
        "Halden went to court. Also Read: Halden drops 9.5% as A.B. Morvik quits\nA ruling is due.",
        "Read more: Morvik jumps 5% on deal",
        "Related: Morvik jumps 5% on deal",
        "Image: Morvik jumped 5%",
    ],
)
def test_links_and_captions_are_no_news(text: str) -> None:
    assert moves(text) == []


@pytest.mark.parametrize("text", ["Related Halden shares rose 5%.", "Also, Halden shares rose 5%.", "Halden up 5%\nHalden up 5%"])
def test_what_only_looks_like_them_is(text: str) -> None:
    assert [pct for _, pct in moves(text)] == [5.0]


def test_a_name_keeps_its_dot_before_an_apostrophe() -> None:
    text = "Halden Motor Ltd.'s shares rose 4%."
    assert [event.subject for event in understand(item(text))] == ["Halden Motor Ltd."]


@pytest.mark.parametrize(
    ("text", "pct", "bound"),
    [
        ("Halden shares fell 0.4%-1.5%.", -0.4, "over"),
        ("Halden shares rose between 3% and 5%.", 3.0, "over"),
        ("Halden shares rose 5-3%.", 5.0, "nearly"),
    ],
)
def test_a_range_is_no_exact_figure(text: str, pct: float, bound: str) -> None:
    event = only(text)
    assert (event.fields["pct"], event.fields["bound"]) == (pct, bound)
