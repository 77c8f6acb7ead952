from datetime import timedelta
from pathlib import Path

import pytest

from service.config import MAX_SECRET_BYTES, Environment, Settings, describe_settings
from service.errors import ConfigurationError
from service.model.retention import FOR_EVER, Keep

ROOT = Path(__file__).parents[2]


def settings(**values: str) -> Settings:
    return Environment({f"TAPEWATCH_{name.upper()}": value for name, value in values.items()}).settings()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_nothing_set_runs_on_this_machine_alone() -> None:
    nothing = settings()
    assert nothing.host == "127.0.0.1"
    assert nothing.page == "http://127.0.0.1:8000"
    assert nothing.database.startswith("sqlite:///")
    assert nothing.rules_folder is None


def test_values_are_read_in_their_form() -> None:
    given = settings(
        tick="250ms", allow_networks="10.0.0.0/8:587, 127.0.0.1/32", port="9000", base_url="https://news.example.com/"
    )
    assert given.tick == timedelta(milliseconds=250)
    assert given.allow_networks == ("10.0.0.0/8:587", "127.0.0.1/32")
    assert given.page == "https://news.example.com"


@pytest.mark.parametrize(
    ("given", "page", "host"),
    [
        ({"base_url": "https://watch.example.com/tape/"}, "https://watch.example.com/tape", "watch.example.com"),
        ({"base_url": "http://Watch.example.com:8443"}, "http://Watch.example.com:8443", "watch.example.com"),
        ({"host": "::1"}, "http://[::1]:8000", "::1"),
        ({"host": "0.0.0.0"}, "http://127.0.0.1:8000", "127.0.0.1"),
    ],
)
def test_links_lead_to_the_page(given: dict[str, str], page: str, host: str) -> None:
    assert (settings(**given).page, settings(**given).page_host) == (page, host)


@pytest.mark.parametrize("wrong", ["watch.example.com", "ftp://watch.example.com", "https://", "//watch.example.com"])
def test_a_base_url_is_a_web_address(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="TAPEWATCH_BASE_URL: write a web address"):
        settings(base_url=wrong)


def test_what_is_stored_is_kept_for_a_day_at_least_or_for_ever() -> None:
    kept = settings(keep_items="30d", keep_alerts="0", keep_inbox="0s").keep
    assert kept == Keep(timedelta(days=30), timedelta(days=400), FOR_EVER, FOR_EVER)
    with pytest.raises(ConfigurationError, match="TAPEWATCH_KEEP_ITEMS: must be 1d or more, or 0 for ever"):
        settings(keep_items="23h")


def test_an_empty_value_is_as_if_it_were_not_set() -> None:
    assert settings(port="").port == 8000


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as raised:
        settings(port="high", tick="soon", allow_networks="10.0.0.0/99", lease="0s", colour="red")
    words = str(raised.value)
    for name in ("PORT", "TICK", "ALLOW_NETWORKS", "LEASE", "COLOUR"):
        assert f"TAPEWATCH_{name}: " in words
    assert "write for instance 30s" in words
    assert "there is no such setting" in words


def test_a_wrong_value_is_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as raised:
        settings(port="hunter2-canary")
    assert "canary" not in str(raised.value)


def test_a_setting_may_lie_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://u:p@h/d\n")
    assert settings(database_url_file=str(secret)).database == "postgresql://u:p@h/d"


@pytest.mark.parametrize(
    ("content", "words"), [(None, "cannot read"), (b"\xff\xfe", "not UTF-8"), (b"x" * (MAX_SECRET_BYTES + 1), "larger than")]
)
def test_a_secret_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=words) as raised:
        Environment({"SMTP_PASSWORD_FILE": str(path)}).get("SMTP_PASSWORD")
    assert "SMTP_PASSWORD_FILE" in str(raised.value)
    assert str(path) in str(raised.value)


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TAPEWATCH_PORT=9001\nTAPEWATCH_HOST='0.0.0.0'\nSMTP_USER=a b\n")
    environment = Environment({"TAPEWATCH_PORT": "9002"})
    assert environment.settings().port == 9002
    assert environment.settings().page == "http://127.0.0.1:9002"
    assert environment.get("SMTP_USER") == "a b"
    assert environment.get("SMTP_PASSWORD") is None


def test_an_env_file_that_is_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no such file"):
        Environment({}, env_file=tmp_path / "missing.env")


def test_the_variables_of_the_tests_are_not_settings() -> None:
    assert settings(test_postgres="x", shared="y") == settings()


def test_a_rules_folder_in_the_working_directory_is_used(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    assert settings().rules_folder is None
    (tmp_path / "rules" / "routes.yaml").touch()
    assert settings().rules_folder == Path("rules")
    assert settings(rules_dir="/elsewhere").rules_folder == Path("/elsewhere")


def test_every_setting_is_documented() -> None:
    assert (ROOT / ".env.example").read_text("utf-8") == describe_settings(), (
        "write it anew: python -c 'from service.config import describe_settings as d; print(d(), end=\"\")' > .env.example"
    )
    for name in Settings.model_fields:
        assert f"TAPEWATCH_{name.upper()}=" in describe_settings()


@pytest.mark.parametrize(
    ("url", "password"),
    [("postgresql://u:p:w@h:5432/d", "p:w"), ("postgresql://u@h/d", ""), ("postgresql:///d?host=/run", ""), ("", "")],
)
def test_the_password_of_the_database_is_known_so_that_it_can_be_masked(url: str, password: str) -> None:
    assert settings(database_url=url).database_password == password


def test_no_secret_in_what_settings_show_of_themselves() -> None:
    assert "canary" not in repr(settings(database_url="postgresql://u:canary@h/d"))
