"""The notation of phrases: what they stand for, and what is wrong with those that stand for nothing."""

import pytest

from service.events.notation import MAX_LITERALS, NUMBER, PhraseError, literals


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("limit-up[s]", {"limit-up", "limit up", "limit-ups", "limit ups"}),
        ("hit|hits a high", {"hit a high", "hits a high"}),
        ("hit [a|the] record", {"hit record", "hit a record", "hit the record"}),
        ("(as much|up) to", {"as much to", "up to"}),
        ("fell from | off its", {"fell from", "off its"}),
        ("{reach} record", {"hit record", "set a record"}),
        ("{n}-year high", {f"{NUMBER}-year high", f"{NUMBER} year high"}),
        ("Upper  Circuit", {"upper circuit"}),
        ("[very [very]] high", {"high", "very high", "very very high"}),
    ],
)
def test_a_phrase_stands_for_all_its_readings(phrase: str, found: set[str]) -> None:
    assert set(literals(phrase, {"reach": "hit|set a"}, "en")) == found


def test_chinese_phrases_have_no_blanks_and_longest_come_first() -> None:
    assert literals("創 [歷史|年內] 新高", {}, "zh") == ("创历史新高", "创年内新高", "创新高")


@pytest.mark.parametrize(
    ("phrase", "says"),
    [
        ("hit {verbs}", "no word list {verbs} in this file; it has: reach"),
        ("hit [a", "'[' is not closed"),
        ("[a|the]", "nothing at all"),
        ("", "nothing at all"),
        ("[" * 7 + "a" + "]" * 7 + "b", "more than five deep"),
        (" ".join(["a|b"] * 13), f"more than {MAX_LITERALS}"),
        ("(a|b)" * 13, f"more than {MAX_LITERALS}"),
        ("{loop}", "more than five deep"),
    ],
)
def test_a_phrase_that_cannot_be_read_says_why(phrase: str, says: str) -> None:
    with pytest.raises(PhraseError, match=says.replace("[", r"\[").replace("{", r"\{")):
        literals(phrase, {"reach": "hit", "loop": "{loop}"} if "loop" in phrase else {"reach": "hit"}, "en")
