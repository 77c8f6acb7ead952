"""One spelling for one meaning, character by character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("CPO Index", "cpo index"),
        ("ＣＰＯ，３．５％", "cpo,3.5%"),
        ("漲停創歷史新高", "涨停创历史新高"),
        ("騰訊控股", "腾讯控股"),
        ("“Hello” — it’s", '"hello" - it\'s'),
        ("a\u3000b\u00a0c\td", "a b c d"),
        ("one\rtwo\u2028three\x85", "one\ntwo\nthree\n"),
        ("Straße İ", "straße İ"),
        ("\ud800x\udfff", "\ufffdx\ufffd"),
    ],
)
def test_what_means_the_same_is_spelt_the_same(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(st.characters(codec=None)) | st.text(st.sampled_from("ＡＺａ９％（）漲跌後後臺台İßẞﬁ\ud800\udfff“”—\u3000\r\n")))
def test_folding_keeps_every_place_and_is_done_once(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded
    assert [fold(character) for character in text] == list(folded)
    folded.encode()


def test_every_single_character_folds_to_one() -> None:
    everything = "".join(map(chr, range(0x20000)))
    assert len(fold(everything)) == len(everything)
    assert fold(fold(everything)) == fold(everything)
