"""The places that the pages lead to, in groups. A place is shown once a page answers there.

Must not decide who may go there: that stands at the routes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute

from service.model.user import Role
from service.web.i18n import N_


@dataclass(frozen=True, slots=True)
class Place:
    """One page; `icon` is the name of its drawing in icons.svg, and `role` is what one needs to find anything there."""

    path: str
    name: str
    icon: str
    role: str = Role.VIEWER.value

    def holds(self, path: str) -> bool:
        """Whether a page belongs to this place."""
        if self.path == "/":
            return path == "/" or path.startswith("/alerts/")
        return path == self.path or path.startswith(f"{self.path}/")


@dataclass(frozen=True, slots=True)
class Section:
    """Places that belong together."""

    name: str
    places: tuple[Place, ...]


SECTIONS = (
    Section(N_("Watch"), (Place("/", N_("Alerts"), "alerts"), Place("/inbox", N_("Inbox"), "inbox"))),
    Section(
        N_("Decide"),
        (
            Place("/rules", N_("Rules"), "rules"),
            Place("/sources", N_("Sources"), "sources"),
            Place("/routes", N_("Routes"), "routes"),
        ),
    ),
    Section(
        N_("Deliver"),
        (Place("/deliveries", N_("Deliveries"), "deliveries"), Place("/silences", N_("Silences"), "silences")),
    ),
    Section(
        N_("Look after"),
        (
            Place("/status", N_("Status"), "status"),
            Place("/settings", N_("Settings"), "settings", Role.ADMIN.value),
            Place("/users", N_("Users"), "users", Role.ADMIN.value),
            Place("/audit", N_("Audit log"), "audit", Role.ADMIN.value),
        ),
    ),
)


def answered(routes: Iterable[BaseRoute]) -> frozenset[str]:
    """The paths of all these routes, those of included routers too."""
    found: set[str] = set()
    waiting = list(routes)
    for route in waiting:
        if (included := getattr(route, "original_router", None)) is not None:
            waiting.extend(included.routes)
        elif path := getattr(route, "path", ""):
            found.add(path)
    return frozenset(found)


def offered(paths: frozenset[str]) -> Sequence[Section]:
    """The sections with those of their places that are among these paths."""
    shown = (Section(one.name, tuple(place for place in one.places if place.path in paths)) for one in SECTIONS)
    return tuple(section for section in shown if section.places)


def open_to(sections: Sequence[Section], may: Callable[[str], bool]) -> Sequence[Section]:
    """The sections with those of their places where somebody may find something."""
    shown = (Section(one.name, tuple(place for place in one.places if may(place.role))) for one in sections)
    return tuple(section for section in shown if section.places)
