"""Every route of the application, read from the application itself, with what it demands."""

import re
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import APIRoute

from service.web.access.decisions import Decision, all_routes

SAFE = {"GET", "HEAD"}


@dataclass(frozen=True)
class Known:
    """One method of one route."""

    method: str
    path: str
    decisions: tuple[Decision, ...]

    @property
    def changes(self) -> bool:
        return self.method not in SAFE

    def filled(self, **values: str) -> str:
        """The path with values for what stands in braces; what is not named is 1."""
        return re.sub(r"\{(\w+)(:\w+)?\}", lambda found: values.get(found[1], "1"), self.path)


def known_routes(application: FastAPI) -> list[Known]:
    """All methods of all routes."""
    return [
        Known(method, found.path, found.decisions)
        for found in all_routes(application.routes)
        if isinstance(found.route, APIRoute)
        for method in sorted(found.route.methods or ())
    ]
