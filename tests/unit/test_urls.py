"""URLs: read in one way only, shown without secrets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service import urls


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://example.com", "http://example.com/"),
        ("HTTPS://EXAMPLE.com:443/A?b#c", "https://example.com/A?b"),
        ("http://example.com:8080?x=1", "http://example.com:8080/?x=1"),
        ("http://[::1]:80/", "http://[::1]/"),
        ("http://bücher.example/ü?ä=“", "http://xn--bcher-kva.example/%C3%BC?%C3%A4=%E2%80%9C"),
        ("https://аpple.com/", "https://xn--pple-43d.com/"),  # a Cyrillic а shows itself
        ("http://①②⑦.⓪.⓪.①/", "http://127.0.0.1/"),  # the guard sees what it means
        ("http://127。0。0。1:80/", "http://127.0.0.1/"),
        ("http://a_b.example./%7e<>", "http://a_b.example./%7e%3C%3E"),
    ],
)
def test_a_url_is_read_to_plain_ascii(url: str, text: str) -> None:
    assert urls.read(url).text == text


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("/x", "https://example.com/x"),
        ("x?y#z", "https://example.com/a/x?y"),
        ("//other.example/x", "https://other.example/x"),
        ("http://other.example", "http://other.example/"),
        ("../../x", "https://example.com/x"),
        ("", "https://example.com/a/b"),
    ],
)
def test_a_reference_is_resolved(reference: str, text: str) -> None:
    assert urls.resolve(urls.read("https://example.com/a/b"), reference).text == text


@pytest.mark.parametrize(
    "reference", ["http:///x", "//", "http:x", "//[", "javascript:x", "mailto:a@b.c", "/a b", "/\\evil", "//u@h/", "x:[/"]
)
def test_a_reference_that_leads_nowhere(reference: str) -> None:
    with pytest.raises(ValueError, match="the URL"):
        urls.resolve(urls.read("https://example.com/a/b"), reference)


def test_only_scheme_host_and_unusual_port_are_shown() -> None:
    assert urls.shown("https://example.com/hook/T0KEN?key=T0KEN") == "https://example.com"
    assert urls.shown("http://example.com:8080/T0KEN") == "http://example.com:8080"
    assert urls.shown("https://T0KEN@example.com") == "the URL"


def test_origins() -> None:
    one = urls.read("https://example.com/a").origin
    assert one == urls.read("https://EXAMPLE.com:443/b").origin
    assert one not in {
        urls.read(other).origin for other in ("http://example.com", "https://example.com:8443", "https://www.example.com")
    }


@settings(deadline=None)
@given(st.text())
def test_whatever_is_read_is_read_the_same_again(text: str) -> None:
    for url in (text, f"http://{text}", f"http://h/{text}"):
        try:
            once = urls.read(url)
        except ValueError as error:
            assert not text.strip() or len(text) < 5 or text not in str(error)
            continue
        assert once.text.isascii()
        assert once.text.isprintable()
        assert urls.read(once.text) == once
