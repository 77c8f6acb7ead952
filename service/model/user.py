"""Who uses the console, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum


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
    """Somebody who is known to the console."""

    name: str
    role: Role
