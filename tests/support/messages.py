"""All messages of the interface, found where they stand: in templates, in service/web, and among the words of our own."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import yaml
from babel.messages.extract import extract_from_file
from jinja2.ext import babel_extract

from service.alerting.links import WORDS
from service.config import Settings
from service.model.alert import Novelty
from service.model.delivery import DeliveryState
from service.model.entity import EntityKind
from service.model.event import Status
from service.model.rule import Severity
from service.model.user import Role
from service.pipeline.why import DISPOSITIONS
from service.rules.explain import Stage
from service.storage.alert_lists import AlertState
from service.storage.decisions import DecisionOutcome
from service.web.wording import plain

ROOT = Path(__file__).parent.parent.parent
WEB = ROOT / "service" / "web"
EVENTS = ROOT / "rules" / "events"
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}

Message = tuple[str, str | tuple[str, str]]
"""Where it stands, and the message (with its plural where it has one)."""


def of_templates() -> Iterator[Message]:
    """What templates say through `_` and `trans`."""
    for path in sorted((WEB / "templates").rglob("*.html")):
        with path.open("rb") as file:
            options = {
                "trimmed": "false",
                "silent": "false",
                "newstyle_gettext": "true",
                "trim_blocks": "true",
                "lstrip_blocks": "true",
            }
            for line, name, message, _ in babel_extract(file, ("gettext", "ngettext", "_"), (), options):
                yield f"{path.name}:{line}", _shaped(name, message)


def of_python() -> Iterator[Message]:
    """What the modules say."""
    for path in sorted(WEB.rglob("*.py")):
        for line, message, _, _ in extract_from_file("python", str(path), keywords=KEYWORDS):
            yield f"{path.name}:{line}", _shaped("", message)


def of_enumerations() -> Iterator[Message]:
    """The words of our own that pages translate as they come: states, outcomes, kinds."""
    kinds = (Severity, DeliveryState, Novelty, AlertState, EntityKind, Status, Stage, Role)
    words = [one.value for kind in kinds for one in kind]
    words += [*get_args(DecisionOutcome), *DISPOSITIONS.values(), *WORDS.values()]
    yield from ((f"enumerations: {word}", plain(word) if " " not in word else word) for word in words)


def of_events() -> Iterator[Message]:
    """The event types that travel with the program, their fields and the values that are words."""
    for path in sorted(EVENTS.glob("*.yaml")):
        spoken = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        if "type" not in spoken:
            continue
        yield path.name, plain(spoken["type"])
        for name, values in (spoken.get("fields") or {}).items():
            yield path.name, plain(name)
            if isinstance(values, list):
                yield from ((path.name, plain(str(value))) for value in values)


def of_settings() -> Iterator[Message]:
    """What the settings do."""
    yield from ((name, field.description) for name, field in Settings.model_fields.items() if field.description)


def everything() -> dict[str | tuple[str, str], str]:
    """Each message with one of the places where it stands."""
    found = [*of_templates(), *of_python(), *of_enumerations(), *of_events(), *of_settings()]
    return {message: place for place, message in found if message and message != "None"}


def _shaped(name: str, message: object) -> str | tuple[str, str]:
    if isinstance(message, tuple | list):
        texts = [text for text in message if isinstance(text, str)]
        return (texts[0], texts[1]) if len(texts) > 1 and name != "gettext" and name != "_" else texts[0]
    return str(message)
