import pytest

from service.web.guard import host_name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", "localhost"),
        ("LocalHost:8000", "localhost"),
        ("127.0.0.1:8000", "127.0.0.1"),
        ("[::1]:8000", "[::1]"),
        ("watch.example.com.", "watch.example.com"),
        (" localhost ", "localhost"),
    ],
)
def test_the_name_in_a_host_header(header: str, name: str) -> None:
    assert host_name(header) == name


@pytest.mark.parametrize(
    "header",
    [
        "",
        ":80",
        "a/?x",
        "localhost/",
        "localhost:80:80",
        "localhost:x",
        "user@localhost",
        "a b",
        "[::1",
        "localhost\x00",
        "..",
        "ſocalhost",
    ],
)
def test_what_is_no_plain_host_has_no_name(header: str) -> None:
    assert host_name(header) == ""
