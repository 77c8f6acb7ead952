"""The decision that every route carries, taken before its handler runs.

Guarantee: nothing is decided twice or in a handler; see `gate` for who asks and `forgery` for whether a page of ours asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request, params
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from service.model.user import SCOPES, Role, User
from service.web.access import forgery
from service.web.access.gate import ANY, Gate


class Decision:
    """What a route demands. `role` None is anybody; `forgeable` says that a change needs no page of ours."""

    def __init__(self, role: Role | None, scope: str = "", *, forgeable: bool = False) -> None:
        if scope and scope != ANY and scope not in SCOPES:
            raise ValueError(f"{scope!r} is no scope of service.model.user.SCOPES")
        self.role = role
        self.scope = scope
        self.forgeable = forgeable

    async def __call__(self, request: Request) -> None:
        """Let the request pass, or raise the refusal that its sender sees."""
        if self.role is None and not self.forgeable and request.method in forgery.SAFE:
            return  # what anybody may see does not wait for the database
        gate = cast(Gate, request.app.state.gate)
        asker = await gate.asker(request)
        if not self.forgeable:
            await forgery.require_own_page(request, asker)
        if self.role is not None:
            request.state.person = gate.admit(request, asker, self.role, self.scope)


def allow(role: Role, scope: str = "") -> params.Depends:
    """For `dependencies=[...]` of a router or a route: who may ask; `scope` is what a token must have been given.

    Without a scope no token opens the route, because pages are for people; with ANY each token does that holds.
    """
    return cast(params.Depends, Depends(Decision(role, scope)))


def anyone() -> params.Depends:
    """For the few routes that have to answer before anybody is known; a change still needs a page of ours."""
    return cast(params.Depends, Depends(Decision(None)))


def by_link() -> params.Depends:
    """For routes whose signed link is the whole authorization."""
    return cast(params.Depends, Depends(Decision(None, forgeable=True)))


async def _person(request: Request) -> User:
    return cast(User, request.state.person)


Person = Annotated[User, Depends(_person)]
"""The person (or the owner of the token) who asks, on a route with `allow`."""


@dataclass(frozen=True, slots=True)
class Routed:
    """A route at its whole path, and what it demands: all of it has to hold."""

    path: str
    route: BaseRoute
    decisions: tuple[Decision, ...]


def all_routes(routes: Iterable[BaseRoute], prefix: str = "", outer: tuple[Decision, ...] = ()) -> Iterator[Routed]:
    """All routes, those of included routers too."""
    for route in routes:
        included = getattr(route, "include_context", None)
        if included is None:
            own = [each.call for each in route.dependant.dependencies] if isinstance(route, APIRoute) else []
            yield Routed(prefix + getattr(route, "path", ""), route, (*outer, *_decisions(own)))
        else:
            around = [each.dependency for each in included.dependencies]
            yield from all_routes(included.included_router.routes, prefix + included.prefix, (*outer, *_decisions(around)))


def require_decisions(routes: Iterable[BaseRoute]) -> None:
    """AssertionError for a route that says nothing: a server with an open door does not start."""
    for found in all_routes(routes):
        if isinstance(found.route, Mount) and found.path == "/static":
            continue
        if not isinstance(found.route, APIRoute) or not found.decisions:
            raise AssertionError(f"{found.path}: say who may ask with allow(...), see service.web.access")


def _decisions(calls: Iterable[object]) -> tuple[Decision, ...]:
    return tuple(call for call in calls if isinstance(call, Decision))
