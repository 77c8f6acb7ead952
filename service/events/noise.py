"""What no reader takes for words of a sentence: markup, control and invisible characters, halves of surrogate pairs, rubrics,
a wire's codes of indices (the S&P 500 index .SPX), headlines of other items ("Also Read: ..."), captions of pictures.

Guarantee: `cleared` keeps the length, so that a span in the cleared text is the same span in the text; what is cleared becomes
blanks, or a line end where a tag ends a line. Clean text comes back as it is. It must not touch a word.
"""

import re

_NOISE = re.compile(
    r"<[/!?]?(?P<tag>[a-zA-Z][a-zA-Z0-9]{0,11})(?:[\s/][^<>]{0,500})?>|<!--[^<>]{0,500}-->"
    r"|&(?:nbsp|ensp|emsp|thinsp|zwn?j|lt|gt|quot|[lr][ds]quo|#\d{1,6}|#x[0-9a-fA-F]{1,5});|(?<=&)amp;"
    "|[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff\ufffc\ud800-\udfff]"
    r"|(?<=【)[\u4e00-\u9fff]{2,6}[|｜丨]"
    r"|(?<=[\w.] )\.[A-Z][A-Z0-9]{1,11}(?![\w.])"
    r"|Story continues below Advertisement(?:Remove Ad)?"
    r"|(?<![\w-])(?:(?:Also|Must|More) Read|ALSO READ|Read (?:[Mm]ore|[Aa]lso|[Nn]ext)|READ (?:MORE|ALSO)|See [Aa]lso|Related|"
    r"Recommended|(?:File |Representative |Representational )?(?:Photo|Image)|Caption)(?P<line>\s?[:|] ?)"
    r"(?:[^\n.!?]|\.(?=\d)|(?<=[A-Z])\.){0,200}(?![^\W_])"
    "|#(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[#|](?=[\u4e00-\u9fff])"
)
_SUSPECT = re.compile("[<&#|｜丨\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff\ufffc\ud800-\udfff]")
"""What noise begins with, so that clean text costs one quick look."""
_LINES = frozenset("br p div li ul ol tr table h1 h2 h3 h4 h5 h6 hr section article blockquote title script style".split())
_RUBRICS = ("Story continues", "Read", "READ", "Also", "also:", "Related", "Recommended", "Photo", "Image", "Caption")


def cleared(document: str) -> str:
    """The document with its noise blanked out."""
    return (
        _NOISE.sub(_blank, document)
        if " ." in document or any(word in document for word in _RUBRICS) or _SUSPECT.search(document)
        else document
    )


def _blank(match: re.Match[str]) -> str:
    blank = " " * len(match[0])
    return f"\n{blank[1:]}" if match["line"] or (match["tag"] or "").lower() in _LINES else blank
