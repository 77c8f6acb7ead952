"""Which language an item is in: "en", "zh", or "" for any other and for what cannot be told. Pure."""

import re

_SAMPLE = 4000
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_OTHER_SCRIPT = re.compile("[\u3040-\u30ff\uac00-\ud7af\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_LATIN_LETTERS_PER_WORD = 4


def tell_language(wanted: str, declared: str, text: str) -> str:
    """The source's own word, else the script, else what the feed declares: feeds often declare their software's default."""
    if wanted:
        return wanted
    sample = text[:_SAMPLE]
    chinese, other, latin = (len(kind.findall(sample)) for kind in (_CHINESE, _OTHER_SCRIPT, _LATIN))
    if other > 1 and other > (chinese + latin / _LATIN_LETTERS_PER_WORD) / 10:  # one kana makes a brand (奈雪の茶), not Japanese
        return ""
    if chinese > latin / _LATIN_LETTERS_PER_WORD:
        return "zh"
    spoken = declared.replace("_", "-").split("-")[0].strip().lower()
    if not latin or (spoken and spoken not in ("en", "zh")):
        return ""
    return "en"


def looks_chinese(text: str) -> bool:
    """Whether the text is mostly Chinese characters."""
    return tell_language("", "", text) == "zh"
