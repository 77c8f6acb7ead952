"""The environment, read once into one frozen Settings: the only module that looks at it.

Every setting is `TAPEWATCH_<NAME>`; `TAPEWATCH_<NAME>_FILE` names a file that holds the value instead (Docker and systemd
secrets). A `.env` file in the working directory counts as environment, and the real environment wins over it. A wrong value
is refused with the name of the setting and how it is written. Receivers' secrets (`${SMTP_PASSWORD}` in routes.yaml) are
looked up here as well, with the same `_FILE` rule, each time they are needed, so that a rotated secret is used at once.
"""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, TypedDict
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from service.addresses import AddressGuard
from service.errors import ConfigurationError
from service.model.duration import format_duration, parse_duration
from service.model.retention import Keep

PREFIX = "TAPEWATCH_"
MAX_SECRET_BYTES = 64 * 1024


def _listed(value: object) -> object:
    return tuple(part for part in value.replace(",", " ").split()) if isinstance(value, str) else value


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise ValueError("must be more than 0s")
    return value


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    AddressGuard(value)
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError("write a web address, for instance https://watch.example.com")
    return value


def _addresses(value: tuple[str, ...]) -> tuple[str, ...]:
    for network in value:
        ip_network(network)
    return value


def _user_header(value: str) -> str:
    if value and (not _HEADER.fullmatch(value) or value.lower() in _NOT_OF_A_PROXY):
        raise ValueError("must be the name of a header that only the proxy sets, such as Remote-User or X-Forwarded-User")
    return value


_HEADER = re.compile(r"[A-Za-z0-9-]{1,100}")
_NOT_OF_A_PROXY = {"authorization", "cookie", "host", "user-agent", "x-forwarded-for", "x-forwarded-proto", "origin", "referer"}

Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]


def _keeping(value: timedelta) -> timedelta:
    if timedelta(0) < value < timedelta(days=1):
        raise ValueError("must be 1d or more, or 0 for ever")
    return value


def _forever(value: object) -> object:
    return timedelta(0) if value == "0" else _duration(value)


Kept = Annotated[timedelta, BeforeValidator(_forever), AfterValidator(_keeping)]
Duration = Annotated[timedelta, BeforeValidator(_duration), AfterValidator(_positive)]


class Told(TypedDict):
    """A setting in words."""

    name: str
    value: str
    description: str
    changed: bool
    secret: bool


class Settings(BaseModel):
    """What can be set; the description of each field is its documentation in `.env.example`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rules_dir: Path | None = Field(
        None, description="Folder with alerts/, routes.yaml and sources.yaml; none: ./rules, or the shipped pack."
    )
    data_dir: Path = Field(Path("tapewatch-data"), description="Folder of the SQLite database.")
    database_url: str = Field("", description="postgresql://user@host/name, or none for SQLite in the data folder.", repr=False)
    host: str = Field("127.0.0.1", description="Address the page listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the page listens on.")
    base_url: Annotated[str, AfterValidator(_web_address)] = Field(
        "", description="How readers reach the page (links in messages); none: http://HOST:PORT."
    )
    allowed_hosts: Listed = Field((), description="Further host names the page answers to.")
    allow_networks: Annotated[Listed, AfterValidator(_networks)] = Field(
        (), description="Non-public networks that may be connected to: CIDR or CIDR:port, separated by commas."
    )
    proxy_networks: Annotated[Listed, AfterValidator(_addresses)] = Field(
        (), description="Reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses or CIDR."
    )
    proxy_user_header: Annotated[str, AfterValidator(_user_header)] = Field(
        "", description="Header in which those proxies name the person who is logged in (Remote-User); none: they name nobody."
    )
    proxy_new_users: Literal["refuse", "viewer", "editor", "admin"] = Field(
        "refuse", description="What somebody is whom a proxy names for the first time."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged.")
    log_format: Literal["text", "json"] = Field("text", description="For people or for machines.")
    tick: Duration = Field(timedelta(seconds=1), description="How often due work is looked for.")
    lease: Duration = Field(
        timedelta(seconds=120), description="How long a worker may hold a piece of work before others take it."
    )
    fetchers: int = Field(8, ge=1, le=256, description="Sources fetched at the same time.")
    fetches_per_host: int = Field(2, ge=1, le=64, description="Sources of one host fetched at the same time.")
    senders: int = Field(4, ge=1, le=64, description="Targets served at the same time.")
    retry_first: Duration = Field(timedelta(seconds=30), description="Wait after the first failed delivery; doubles each time.")
    retry_cap: Duration = Field(timedelta(hours=1), description="Longest wait between two tries.")
    retry_unknown: Duration = Field(timedelta(minutes=5), description="Wait after a try whose outcome is unknown.")
    give_up_after: Duration = Field(timedelta(hours=72), description="Age at which an undelivered alert is discarded, visibly.")
    keep_items: Kept = Field(
        timedelta(days=180),
        description="How long items without an alert are kept after their source last listed them; 0: for ever.",
    )
    keep_deliveries: Kept = Field(timedelta(days=400), description="How long finished deliveries are kept; 0: for ever.")
    keep_alerts: Kept = Field(timedelta(days=400), description="How long alerts and their items are kept; 0: for ever.")
    keep_inbox: Kept = Field(timedelta(days=400), description="How long messages of the inbox are kept; 0: for ever.")
    slack_every: Duration = Field(timedelta(seconds=1), description="Least time between two messages to one Slack channel.")
    slack_webhook_base: str = Field("https://hooks.slack.com/services", description="Where Slack's incoming webhooks live.")
    slack_api_base: str = Field("https://slack.com/api", description="Where Slack's Web API lives.")

    def told(self) -> list[Told]:
        """Every setting as people may see it: of what may hold a secret only whether it is set."""
        return [_told(name, field, getattr(self, name)) for name, field in type(self).model_fields.items()]

    @property
    def rules_folder(self) -> Path | None:
        """The folder to use: the one that is set, else ./rules where it holds routes, else None (the shipped pack)."""
        here = Path("rules")
        return self.rules_dir or (here if (here / "routes.yaml").is_file() else None)

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'tapewatch.db').resolve()}"

    @property
    def database_password(self) -> str:
        """What must never be shown of the database URL; empty where there is none."""
        authority = self.database_url.partition("://")[2].partition("/")[0]
        return authority.rpartition("@")[0].partition(":")[2]

    @property
    def keep(self) -> Keep:
        """How long what is stored is kept."""
        return Keep(self.keep_items, self.keep_deliveries, self.keep_alerts, self.keep_inbox)

    @property
    def page(self) -> str:
        """The address of the page for links, without a trailing slash."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host
        return self.base_url.rstrip("/") or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def page_host(self) -> str:
        """The host name in `page`: links in messages lead to it, so the page answers to it."""
        return urlsplit(self.page).hostname or ""

    @property
    def serves_this_machine_alone(self) -> bool:
        """Whether nobody was told of an address that others could reach the page by."""
        if self.base_url or self.allowed_hosts or self.proxy_networks:
            return False
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False


def _told(name: str, field: FieldInfo, value: object) -> Told:
    words = format_duration(value) if isinstance(value, timedelta) else ", ".join(value) if isinstance(value, tuple) else value
    secret = not field.repr
    shown = "set" if secret and words else "" if words is None else str(words)
    description = field.description or ""
    return Told(name=PREFIX + name.upper(), value=shown, description=description, changed=value != field.default, secret=secret)


_OTHERS = {f"{PREFIX}SHARED", f"{PREFIX}TOKEN", f"{PREFIX}TOKEN_FILE"}
"""What tests are told, and what `tapewatch --server` shows: nothing that a service is set up with."""


class Environment:
    """The process environment over an optional `.env` file: settings and secrets by name."""

    def __init__(self, values: Mapping[str, str] | None = None, *, env_file: Path | None = None) -> None:
        path = env_file or Path(".env")
        if env_file is not None and not path.is_file():
            raise ConfigurationError(f"{path}: there is no such file; write one with `tapewatch init`, or leave --env-file out")
        self._file = {key: value for key, value in dotenv_values(path).items() if value is not None} if path.is_file() else {}
        self._values = values if values is not None else os.environ

    def names(self) -> set[str]:
        """The names of all variables set."""
        return {*self._file, *self._values}

    def get(self, name: str) -> str | None:
        """The value of a variable, or the content of the file that `<name>_FILE` names; None when neither is set."""
        direct = self._values.get(name, self._file.get(name))
        if direct:
            return direct
        path = self._values.get(f"{name}_FILE", self._file.get(f"{name}_FILE"))
        return _read_secret(name, Path(path)) if path else direct

    def settings(self) -> Settings:
        """All settings, or ConfigurationError that lists every wrong one."""
        given = {}
        unknown = []
        for name in sorted(self.names()):
            field = name.removeprefix(PREFIX).removesuffix("_FILE").lower()
            if not name.startswith(PREFIX) or name.startswith(f"{PREFIX}TEST_") or name in _OTHERS:
                continue
            if field not in Settings.model_fields:
                unknown.append(name)
            elif value := self.get(PREFIX + field.upper()):
                given[field] = value
        return _validated(given, unknown)


def _read_secret(name: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SECRET_BYTES + 1)
        if len(content) > MAX_SECRET_BYTES:
            raise ConfigurationError(f"{name}_FILE: {path} is larger than {MAX_SECRET_BYTES} bytes; it should hold one value")
        return content.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{name}_FILE: {path} is not UTF-8 text") from error
    except OSError as error:
        raise ConfigurationError(f"{name}_FILE: cannot read {path}: {error.strerror}") from error


def _validated(given: Mapping[str, str], unknown: list[str]) -> Settings:
    faults = [f"{name}: there is no such setting; .env.example lists them all" for name in unknown]
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        for fault in error.errors():
            message = fault["msg"].removeprefix("Value error, ")
            faults.append(f"{PREFIX}{str(fault['loc'][0]).upper()}: {message}")
        raise ConfigurationError("\n".join(faults)) from error
    if faults:
        raise ConfigurationError("\n".join(faults))
    return settings


def describe_settings() -> str:
    """All settings with what they mean and what holds without them: the text of `.env.example`."""
    lines = [
        "# Settings of Tapewatch. Copy to .env (read from the working directory) or set them in the environment, which wins.",
        "# Each can also be given as a file: TAPEWATCH_DATABASE_URL_FILE=/run/secrets/database_url",
        "# All are optional; what stands here is what holds without them.",
    ]
    for name, field in Settings.model_fields.items():
        lines += ["", f"# {field.description}", f"# {PREFIX}{name.upper()}={_written(field.default)}"]
    lines += [
        "",
        "# Secrets of receivers, used in rules/routes.yaml as ${SMTP_PASSWORD} (or SMTP_PASSWORD_FILE, the path of a file):",
    ]
    lines += ["# SMTP_USER=", "# SMTP_PASSWORD=", "# SLACK_TOKEN="]
    return "\n".join(lines) + "\n"


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, timedelta):
        return format_duration(value)
    return ",".join(value) if isinstance(value, tuple) else str(value)
