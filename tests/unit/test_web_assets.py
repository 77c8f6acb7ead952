"""The pages' files: nothing inline, nothing from elsewhere, nothing unescaped, and colours that can be read."""

import re
from pathlib import Path

import pytest

from service.web import assets
from service.web.navigation import SECTIONS
from service.web.rendering import environment

WEB = Path(__file__).parent.parent.parent / "service" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
STATIC = sorted(path for path in (WEB / "static").rglob("*") if path.is_file() and "vendor" not in path.parts)
VENDORED = sorted(path for path in (WEB / "static" / "vendor").iterdir())
CSS = (WEB / "static" / "app.css").read_text("utf-8")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_nothing_that_the_policy_forbids_or_that_would_skip_escaping(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\|\s*safe|autoescape|Markup|xmlattr|urlize", text)
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", text)
    for script in re.findall(r"<script[^>]*>(?:.|\n)*?</script>", text):
        named = r"src=\"\{\{ asset\('[a-z./]+'\) \}\}\""
        assert re.fullmatch(rf"<script ({named} defer|type=\"module\" {named})></script>", script), script
    # An expression in a tag stands between quotes, or is one of the two that print whole attributes or nothing.
    for tag in re.findall(r"<[a-z][^<>]*>", re.sub(r"\{%.*?%\}", "", text)):
        outside = re.sub(r'"[^"]*"', "", re.sub(r"\{\{ (bits\.)?lang\([^}]*\) \}\}", "", tag))
        assert "{{" not in outside, tag


def test_nothing_is_loaded_from_another_host() -> None:
    for path in [*TEMPLATES, *STATIC]:
        addresses = re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"']*", path.read_text("utf-8"))
        assert [one for one in addresses if not re.search(r"^// |www\.w3\.org|//[a-z.]*example\.(com|org)/", one)] == [], (
            path.name
        )
    assert "@import" not in CSS
    assert "url(" not in CSS


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


LIGHT = tokens(CSS[: CSS.index("@media (prefers-color-scheme: dark)")])
DARK = {**LIGHT, **tokens(CSS[CSS.index("@media (prefers-color-scheme: dark)") :])}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


TEXTS = ("ink", "ink-soft", "ink-faint", "accent", "critical", "high", "medium", "low", "info", "well", "ill", "waiting")
PAIRS = [(text, ground) for text in TEXTS for ground in ("page", "surface", "sunken")] + [
    ("fired-ink", "fired"),
    ("page", "ink"),
    ("page", "accent"),
]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_is_readable_on_its_ground(scheme: dict[str, str], text: str, ground: str) -> None:
    assert contrast(scheme[text], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("fill", ["critical-fill", "high-fill", "medium-fill", "low-fill", "info-fill"])
def test_blocks_of_the_chart_stand_out_from_the_page(scheme: dict[str, str], fill: str) -> None:
    assert contrast(scheme[fill], scheme["page"]) >= 3


def test_the_measure_knows_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.name)
def test_what_others_wrote_lies_beside_its_licence(folder: Path) -> None:
    assert [path for path in folder.iterdir() if path.stem.upper() in ("LICENSE", "LICENCE", "LICENSES", "LICENCES")]


@pytest.mark.parametrize(
    "template",
    [
        "{{ _(words) }}",
        "{{ _('%(words)s', words=words) }}",
        "{% trans %}{{ words }}{% endtrans %}",
        "{% trans count=2, words=words %}{{ words }}{% pluralize %}{{ words }}{% endtrans %}",
        "{{ words | word }}",
    ],
)
def test_what_is_translated_is_escaped_like_any_other_text(template: str) -> None:
    assert environment().from_string(template).render(words="<b>&") == "&lt;b&gt;&amp;"


def test_a_file_is_kept_as_long_as_it_does_not_change() -> None:
    known = assets.marks()
    assert set(known) >= {"app.css", "icons.svg", "times.js", "vendor/htmx/htmx.min.js", "vendor/htmx/LICENSE"}
    assert assets.addresses()("app.css") == f"/static/app.css?v={known['app.css']}"


def test_every_drawing_that_is_named_is_there() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (WEB / "static" / "icons.svg").read_text("utf-8")))
    named = {place.icon for section in SECTIONS for place in section.places}
    for path in TEMPLATES:
        named |= set(re.findall(r"bits\.icon\(['\"]([a-z-]+)['\"]\)", path.read_text("utf-8")))
    assert named <= drawn
