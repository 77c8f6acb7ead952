"""Targets as they are written in routes.yaml: Apprise URLs whose secrets are `${NAME}` placeholders.

Guarantee: a target that passes `check_target` holds no secret; `resolve` puts each value where it belongs, percent-encoded, so
that any password works; no message shows more of a URL than its scheme and host. Must not read the environment: `secrets` is
passed in.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from service.errors import ConfigurationError
from service.notify.targets import INBOX, LEAST_SECRET, READER, WEBHOOK, MailTarget, SlackTarget, read_target

Secrets = Callable[[str], str | None]

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_MAIL = ("mailto", "mailtos")
_SECRET_NAMES = {"token_c": "token", "access_token": "token"}
_RECIPIENT_KEYS = ("to", "cc", "bcc")


@dataclass(frozen=True, slots=True)
class _Parts:
    """A template cut where the meaning of a placeholder changes: `user@`, `host`, `/path`, `?query`."""

    scheme: str
    user: str
    host: str
    path: str
    query: str


def check_target(template: str) -> str | None:
    """One sentence on what is wrong with a target as written, or None. Needs no secrets."""
    if fault := _placeholder_fault(template):
        return fault
    if template == INBOX or _PLACEHOLDER.fullmatch(template):
        return None
    if not _SCHEME.match(template):
        return f"a target is written scheme://…, such as mailtos://, slack:// or {INBOX}"
    if template.lower().startswith(INBOX):
        return f"the inbox takes nothing behind its name: write {INBOX}"
    if template.lower().startswith(WEBHOOK):
        return _webhook_fault(template)
    probe, stands_for = _probe(template)
    answer = READER.describe(probe)
    if literal := _literal(answer.get("literals", {}), tuple(stands_for), answer.get("scheme", "")):
        return literal
    judged = not stands_for or "scheme" not in answer or answer["scheme"] in (*_MAIL, "slack")
    if "problem" in answer and judged:
        return _restored(answer["problem"], stands_for)
    return _spread_fault(template)


def expand(template: str) -> tuple[str, ...]:
    """The same target once per recipient (mail) or channel (Slack), so that each has a delivery of its own."""
    if template == INBOX or _PLACEHOLDER.fullmatch(template) or not _SCHEME.match(template):
        return (template,)
    if template.lower().startswith(WEBHOOK):
        return (template,)
    probe, stands_for = _probe(template)
    answer = READER.describe(probe)
    several = _several(answer)
    if len(several) < 2:
        return (template,)
    parts = _cut(template)
    rest = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key.lower() not in _RECIPIENT_KEYS]
    made = []
    for one in several:
        path, query = _addressed(parts, answer, one, rest)
        url = f"{parts.scheme}://{parts.user}{parts.host}{path}" + (f"?{query}" if query else "")
        made.append(_restored(url, stands_for))
    return tuple(dict.fromkeys(made))


def resolve(template: str, secrets: Secrets) -> str:
    """The template with every placeholder replaced. Raises ConfigurationError that names the missing setting."""
    values: dict[str, str] = {}
    for name in _PLACEHOLDER.findall(template):
        value = secrets(name)
        if not value:
            where = "a target" if _PLACEHOLDER.fullmatch(template) else shown(template)
            raise ConfigurationError(
                f"{where} needs {name}: set it in the environment, or name a file that holds it in {name}_FILE"
            )
        values[name] = value.strip()
    return _filled(template, tuple(values.items()))


@lru_cache(maxsize=1024)
def _filled(template: str, found: tuple[tuple[str, str], ...]) -> str:
    values = dict(found)
    if whole := _PLACEHOLDER.fullmatch(template):
        return values[whole[1]]
    parts = _cut(template)

    def fill(text: str, safe: str) -> str:
        return _PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=safe), text)

    place = fill(parts.user, "") + fill(parts.host, "/:[]") + fill(parts.path, "/:@,+")
    return f"{parts.scheme}://{place}" + (f"?{fill(parts.query, '')}" if parts.query else "")


def verify(template: str, secrets: Secrets) -> str | None:
    """One sentence on why a target cannot be used with the secrets as they are now, or None."""
    if fault := check_target(template):
        return fault
    try:
        target = read_target(resolve(template, secrets))
    except ConfigurationError as error:
        return str(error)
    if isinstance(target, MailTarget) and len(target.recipients) > 1:
        return f"{shown(template)}: a placeholder names {len(target.recipients)} recipients; write one target for each"
    if isinstance(target, SlackTarget) and len(target.channels) > 1:
        return f"{shown(template)}: a placeholder names {len(target.channels)} channels; write one target for each"
    return None


def shown(target: str) -> str:
    """A target, template or resolved, as it may be shown: scheme and host, without what may be a secret."""
    found = _SCHEME.match(target)
    if not found:
        return "a target"
    host = re.split(r"[/?#]", found[2], maxsplit=1)[0].rpartition("@")[2]
    public = found[1].lower() in (*_MAIL, "http", "https", f"{WEBHOOK}http", f"{WEBHOOK}https", "json", "jsons", "ntfy", "ntfys")
    return f"{found[1]}://{host if public else '…'}" if host else f"{found[1]}://"


def _cut(template: str) -> _Parts:
    found = _SCHEME.match(template)
    assert found, template
    before, _, query = found[2].partition("?")
    authority, slash, path = before.partition("/")
    user, at, host = authority.rpartition("@")
    return _Parts(found[1], user + at, host, slash + path, query)


def _placeholder_fault(template: str) -> str | None:
    rest = _PLACEHOLDER.sub("", template)
    if "${" in rest:
        return "a placeholder is written ${NAME}: letters, digits and _ between the braces, nothing else"
    if any(ord(character) < 33 or ord(character) == 127 for character in template):
        return "a target holds no spaces and no control characters; write a space as %20"
    return None


def _webhook_fault(template: str) -> str | None:
    parts = _cut(template)
    if not _PLACEHOLDER.fullmatch(parts.user.removesuffix("@")):
        return (
            "a webhook is signed, and its secret does not belong in this file: write "
            f"{parts.scheme}://${{WEBHOOK_SECRET}}@host/path and set WEBHOOK_SECRET in the environment or as a file"
        )
    probe, stands_for = _probe(template.replace(parts.user, "", 1))
    try:
        read_target(probe.replace("://", f"://{'x' * LEAST_SECRET}@", 1))
    except ConfigurationError as error:
        return _restored(str(error), stands_for)
    return None


def _literal(literals: dict[str, list[str]], probes: tuple[str, ...], scheme: str) -> str | None:
    for name, values in literals.items():
        if any(not any(probe.lower() in value.lower() for probe in probes) for value in values):
            what = _SECRET_NAMES.get(name, name.replace("_", " "))
            setting = "SMTP_PASSWORD" if scheme in _MAIL else re.sub(r"\W", "_", f"{scheme}_{what}".upper())
            return (
                f"the {what} is a secret and does not belong in this file: "
                f"write ${{{setting}}} and set it in the environment or as a file {setting}_FILE"
            )
    return None


def _spread_fault(template: str) -> str | None:
    for each in expand(template):
        if len(_several(READER.describe(_probe(each)[0]))) > 1:
            return "this names several recipients in a way that cannot be taken apart; write one target for each"
    return None


def _several(answer: Mapping[str, Any]) -> list[str]:
    """Recipients as `Name <address>`, or channels."""
    if answer.get("kind") == "email":
        return [f'"{name}" <{address}>' if name else address for name, address in answer["recipients"]]
    return list(answer["channels"]) if answer.get("kind") == "slack" else []


def _addressed(parts: _Parts, answer: Mapping[str, Any], one: str, rest: list[tuple[str, str]]) -> tuple[str, str]:
    """Path and query that name one recipient only. Tokens of a webhook stay in the path."""
    if parts.scheme.lower() == "https":
        return parts.path, urlencode([*rest, ("to", one)], safe="${}")
    kept = parts.path.strip("/").split("/")[
        : 2 if answer.get("mode") in ("hook", "gov-hook") and answer["kind"] == "slack" else 0
    ]
    path = "/".join(["", *kept, quote(one, safe="@+#")])
    return path, urlencode(rest, safe="${}@:/")


# --- probing: a template is read with stand-ins for its placeholders ---


def _probe(template: str) -> tuple[str, dict[str, str]]:
    """The template with a plausible value for each placeholder, and which placeholder each stands for."""
    parts = _cut(template)
    stands_for: dict[str, str] = {}
    mail = parts.scheme.lower() in _MAIL

    def fill(text: str, kind: str) -> str:
        def one(found: re.Match[str]) -> str:
            number = len(stands_for)
            whole = text[: found.start()][-1:] in ("", "/", "=", ",") and text[found.end() :][:1] in ("", "/", "&", ",")
            port = kind == "host" and text[: found.start()].endswith(":")
            value = str(20001 + number) if port else _stand_in(kind, number, mail=mail and whole)
            stands_for[value] = found[0]
            return value

        return _PLACEHOLDER.sub(one, text)

    host_kind = "slack" if parts.scheme.lower() == "slack" and not re.match(r"/\$\{\w+\}/\$\{\w+\}(/|$)", parts.path) else "host"
    url = f"{parts.scheme}://" + fill(parts.user, "user") + fill(parts.host, host_kind) + fill(parts.path, "path")
    return url + (f"?{fill(parts.query, 'query')}" if parts.query else ""), stands_for


def _stand_in(kind: str, number: int, *, mail: bool) -> str:
    word = f"standin{number}x"
    if kind == "slack":
        return f"xoxb-1-{word}"
    if mail and kind == "host":
        return f"{word}.example.com"
    return f"{word}@example.com" if mail and kind in ("path", "query") else word


def _restored(text: str, stands_for: dict[str, str]) -> str:
    for value, placeholder in stands_for.items():
        text = text.replace(value, placeholder).replace(quote(value, safe=""), placeholder)
    return text
