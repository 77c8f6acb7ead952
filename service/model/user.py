"""Who uses the console, and what they may do."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

SCOPES = (
    "alerts:read",
    "alerts:write",
    "items:write",
    "rules:read",
    "rules:write",
    "sources:write",
    "routes:write",
    "deliveries:write",
    "silences:write",
    "metrics:read",
    "admin",
)
"""What a token may be given: each names one part of the API."""

LONGEST_NAME = 64
_NAME = re.compile(rf"[\w.@+-]{{1,{LONGEST_NAME}}}")


class Role(StrEnum):
    """Each may do what those before it may: read; change rules, sources, routes and silences; rule over users and settings."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(Role).index(self)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who is known to the console; `language` and `time_zone` are "" while the browser decides.

    `id` is 0 for whoever reads before there are users.
    """

    name: str
    role: Role
    language: str = ""
    time_zone: str = ""
    id: int = 0

    def may(self, role: Role) -> bool:
        """Whether this person may do what `role` may."""
        return self.role.rank >= role.rank


def user_name(text: str) -> str:
    """The name as it is stored: letters, digits and . @ + - _ of any script; "" for what is no name."""
    name = unicodedata.normalize("NFKC", text).strip()
    return name if _NAME.fullmatch(name) else ""


def folded_name(name: str) -> str:
    """The name as it is compared: Anna and anna are one person."""
    return unicodedata.normalize("NFKC", name).casefold()
