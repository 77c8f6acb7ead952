import pytest

from service.errors import ConfigurationError
from service.web.guard import allowed_names, host_name


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


def test_this_machine_is_always_allowed_and_addresses_may_be_written_bare() -> None:
    assert allowed_names(["Watch.Example.com", "", "fd00::5", "0.0.0.0", "10.0.0.7:8000"]) == {
        "127.0.0.1",
        "localhost",
        "[::1]",
        "watch.example.com",
        "[fd00::5]",
        "0.0.0.0",
        "10.0.0.7",
    }


@pytest.mark.parametrize("host", ["https://watch.example.com", "watch.example.com/", "*", "*.example.com", "a b"])
def test_an_allowed_host_that_is_no_name_is_refused_with_the_name_of_the_setting(host: str) -> None:
    with pytest.raises(ConfigurationError, match="TAPEWATCH_ALLOWED_HOSTS"):
        allowed_names([host])
