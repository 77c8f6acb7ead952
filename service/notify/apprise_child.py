"""What runs in a killable child process: Apprise, which reads each target's URL and carries what we have no notifier for.

Guarantee: no answer holds a secret of the URL; a connection goes only where the address guard lets it (an audit hook that
cannot be taken out again); Apprise follows no redirect, repeats nothing, keeps nothing on disk and shows no remote image. The
only module that imports Apprise: no type of it leaves.
"""

import difflib
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import apprise
from apprise.manager_plugins import NotificationManager
from apprise.plugins import url_to_dict
from apprise.plugins.email import NotifyEmail
from apprise.plugins.slack import NotifySlack
from apprise.utils.parse import EMAIL_DETECTION_RE

from service.addresses import AddressGuard
from service.errors import RefusedAddress

Answer = dict[str, Any]

_PLUGINS: Any = NotificationManager()  # type: ignore[no-untyped-call]
_SCHEME = re.compile(r"\s*([A-Za-z0-9+.-]{1,30})://")
_NEVER_SECRET = frozenset({"template", "pgppub", "pgpprv", "pgp_key", "pgp_privkey", "token_a", "token_b"})
"""Private in Apprise's eyes, but paths, or the public parts of a Slack webhook (workspace and app)."""
_NEEDS_SENDER = "the mail needs a sender: add ?from=alerts@your-domain.example"
_CONNECTS = ("socket.connect", "socket.sendto", "socket.sendmsg")


def handler(init: Mapping[str, Any]) -> Callable[[dict[str, Any], bytes], Answer]:
    """`init` may hold `allow`, the networks besides public ones; answers `read` and `send`."""
    guard = AddressGuard(tuple(init.get("allow", ())), ports=None)
    refused: list[str] = []
    sys.addaudithook(lambda event, arguments: _audit(guard, refused, event, arguments))
    asset = apprise.AppriseAsset(
        app_id="Tapewatch",
        app_desc="Tapewatch",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        pgp_autogen=False,
        pem_autogen=False,
        storage_mode="memory",
        allow_templates=False,
        service_timeout=float(init.get("seconds", 20.0)),
    )

    def answer(meta: dict[str, Any], body: bytes) -> Answer:
        if meta["do"] == "read":
            return read(meta["url"], asset)
        refused.clear()
        return send(meta, body.decode("utf-8"), asset, refused)

    return answer


def _audit(guard: AddressGuard, refused: list[str], event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _CONNECTS:
        return
    address = arguments[1]
    if address is None:  # sendmsg on a connected socket
        return
    try:
        if not isinstance(address, tuple) or len(address) < 2:
            raise RefusedAddress("connection refused: only internet addresses are reached")
        guard.check(str(address[0]), int(address[1]))
    except RefusedAddress as error:
        refused.append(str(error))
        raise


# --- reading a URL ---


def read(url: str, asset: apprise.AppriseAsset) -> Answer:
    """What a URL means: `{"kind": "email" | "slack" | "apprise", …}`, or `{"problem": one sentence}`.

    `literals` names the private parts of the URL with their values, for whoever knows which values may stand there.
    """
    with _heard() as complaints:
        parsed = _parsed(url)
        if not parsed:
            return _unknown(url)
        plugin = _PLUGINS[parsed["schema"]]
        answer: Answer = {"scheme": parsed["schema"], "literals": _private(plugin, parsed)}
        service = apprise.Apprise.instantiate(url, asset=asset)
        if isinstance(service, NotifyEmail):
            return answer | _mail(service, parsed, complaints)
        if isinstance(service, NotifySlack) and _is_plain_slack(service):
            return answer | _slack(service)
    if service is None:
        sender = any(text.startswith("Invalid ~From~") for text in complaints)
        return answer | {"problem": _NEEDS_SENDER if sender else _incomplete(plugin, parsed["schema"])}
    return answer | {"kind": "apprise", "service": str(plugin.service_name)}


def _parsed(url: str) -> dict[str, Any] | None:
    parsed: dict[str, Any] | None = url_to_dict(url)  # type: ignore[no-untyped-call]
    return parsed


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What Apprise warns of meanwhile; its own answer is only yes or no."""
    records: list[str] = []
    listener = logging.Handler(logging.WARNING)
    listener.emit = lambda record: records.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("apprise")
    logger.addHandler(listener)
    try:
        yield records
    finally:
        logger.removeHandler(listener)


def _unknown(url: str) -> Answer:
    found = _SCHEME.match(url)
    if not found:
        return {"problem": "a target is written scheme://…, such as mailtos://, slack:// or inbox://"}
    scheme = found[1].lower()
    known = _PLUGINS.schemas()
    if scheme in known:
        return {"scheme": scheme, "problem": _incomplete(_PLUGINS[scheme], scheme)}
    if scheme in ("http", "https"):
        webhook = f"json{'s' * (scheme == 'https')}://host/path"
        return {
            "scheme": scheme,
            "problem": f"no service is known by a {scheme}:// URL like this; a plain webhook is written {webhook}",
        }
    near = difflib.get_close_matches(scheme, sorted({*known, "inbox"}), 1, 0.6)
    return {"problem": f"there is no service {scheme}://" + (f"; did you mean {near[0]}://?" if near else "")}


def _incomplete(plugin: Any, scheme: str) -> str:
    forms = [form for form in plugin.templates if "{targets}" in form] or list(plugin.templates)
    written = forms[-1].replace("{schema}", scheme) if forms else f"{scheme}://…"
    return f"not a complete {plugin.service_name} URL; it is written {written}, see {plugin.setup_url}"


def _private(plugin: Any, parsed: Mapping[str, Any]) -> dict[str, list[str]]:
    """The values of the parts that Apprise itself calls private, by their name."""
    found: dict[str, list[str]] = {}
    for name, about in {**plugin.template_tokens, **plugin.template_args}.items():
        target = about.get("map_to", name)
        if not about.get("private") or {name, target} & _NEVER_SECRET:
            continue
        values = parsed.get(target)
        texts = [str(value) for value in (values if isinstance(values, list | tuple | set) else [values]) if value]
        if texts:
            found[str(target)] = texts
    return found


def _mail(service: Any, parsed: Mapping[str, Any], complaints: list[str]) -> Answer:
    if bad := _no_address(parsed, complaints):
        return {"problem": f"not an e-mail address: {bad}"}
    if not service.smtp_host:
        return {"problem": "the URL names no valid mail server"}
    if service.pgp_mode != "no":
        return {"problem": "PGP is not supported; leave pgp= out"}
    return {
        "kind": "email",
        "host": service.smtp_host,
        "port": service.port,
        "mode": service.secure_mode,
        "explicit_mode": "mode" in parsed["qsd"],
        "verify": service.verify_certificate,
        "user": service.user or "",
        "password": service.password or "",
        "sender": [service.from_addr[0] or "", service.from_addr[1]],
        "reply_to": sorted(service.reply_to),
        "headers": dict(service.headers),
        "recipients": [[name or "", address] for name, address in service.targets]
        + [[service.names.get(address) or "", address] for address in (*sorted(service.cc), *sorted(service.bcc))],
    }


def _no_address(parsed: Mapping[str, Any], complaints: list[str]) -> str:
    """What stands where an address should: Apprise drops some of it with a warning, and some of it without."""
    for text in (complaint for complaint in complaints if complaint.startswith("Dropped invalid")):
        return text[text.find("(") + 1 : text.rfind(")")]
    for written in (*parsed["targets"], *(parsed["qsd"].get(key, "") for key in ("cc", "bcc", "reply"))):
        if rest := EMAIL_DETECTION_RE.sub("", written).strip(" ,;\t"):
            return rest
    return ""


def _is_plain_slack(service: Any) -> bool:
    """Whether our own notifier can do it; workflows, templates and look-ups of e-mail addresses are left to Apprise."""
    return (
        service.mode in ("hook", "gov-hook", "bot")
        and not service.template
        and not any("@" in (c or "")[1:] for c in service.channels)
    )


def _slack(service: Any) -> Answer:
    tokens = [service.access_token] if service.mode == "bot" else [service.token_a, service.token_b, service.token_c]
    channels = [channel for channel in service.channels if channel]
    return {"kind": "slack", "mode": service.mode, "tokens": tokens, "channels": channels, "username": service.user or ""}


# --- sending ---


def send(meta: Mapping[str, Any], text: str, asset: apprise.AppriseAsset, refused: list[str]) -> Answer:
    """`{"status": "success" | "failure" | "nomatch" | "timeout" | "refused", "detail": what Apprise said}`."""
    service = apprise.Apprise.instantiate(meta["url"], asset=asset)
    if service is None:
        return {"status": "nomatch", "detail": ""}
    service.redirects = False  # over ?redirect=yes
    service.retry = 0
    sender = apprise.Apprise(asset=asset)
    sender.add(service)
    result = sender.notify(body=text, title=meta["title"], body_format=apprise.NotifyFormat.TEXT)
    detail = " ".join(dict.fromkeys(entry.message for entry in result.logs()))
    if refused:
        return {"status": "refused", "detail": refused[0]}
    return {"status": result.status.name.lower(), "detail": _without(detail, _secrets(meta["url"]))}


def _secrets(url: str) -> set[str]:
    """Every part of the URL that Apprise calls private, and every long path segment: a webhook's path is its key."""
    parsed = _parsed(url) or {}
    plugin = _PLUGINS[parsed["schema"]]
    private = {value for values in _private(plugin, parsed).values() for value in values}
    path = re.split(r"[/?&=@:#]", url.partition("://")[2])
    return {*private, *(part for part in path[1:] if len(part) >= 16)}


def _without(text: str, secrets: set[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= 4:
            text = text.replace(secret, "[secret]")
    return text[:500]
