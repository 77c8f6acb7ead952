"""Who asks, as far as the request shows it, and where each page finds that out while it is rendered."""

from contextvars import ContextVar
from dataclasses import dataclass

from service.model.user import Role, User


@dataclass(frozen=True, slots=True)
class Asker:
    """`user` is None for nobody we know. `by_token` says that a token was shown, with these `scopes`; `session` names the
    session; `form_token` is what the forms of this browser carry ("" for none); `before_users`: the server has no users yet.
    """

    user: User | None = None
    by_token: bool = False
    scopes: frozenset[str] = frozenset()
    session: str = ""
    form_token: str = ""
    before_users: bool = False


NOBODY = Asker()
_CURRENT: ContextVar[Asker] = ContextVar("asker", default=NOBODY)


def is_asking(asker: Asker) -> None:
    """From here on this request is answered for `asker`."""
    _CURRENT.set(asker)


def current() -> Asker:
    """Who is being answered."""
    return _CURRENT.get()


def person() -> User | None:
    """For templates: who is signed in."""
    return current().user


def may(role: str) -> bool:
    """For templates: whether to show what only `role` may do. Before there are users all is shown: it leads to the set-up."""
    asker = current()
    return asker.before_users or (asker.user is not None and asker.user.may(Role(role)))
