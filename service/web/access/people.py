"""What administrators do with users, on the page and on the command line: each deed is written to the audit log.

Guarantee: an administrator who can log in is always left. Raises ConfigurationError for what may not be.
"""

from datetime import datetime

from sqlalchemy import Connection

from service.errors import ConfigurationError
from service.model.user import Role
from service.storage import audit, users
from service.storage.users import Account
from service.web.i18n import gettext as _


def give_role(connection: Connection, who: str, account: Account, role: Role, now: datetime) -> None:
    """From the next request on."""
    before = account.user.role
    if before is role:
        return
    if before is Role.ADMIN:
        _require_another(connection, account)
    users.set_role(connection, account.id, role)
    audit.write(connection, who=who, what="user.role", subject=account.user.name, before=before.value, after=role.value, now=now)


def shut_out(connection: Connection, who: str, account: Account, now: datetime) -> None:
    """Disable a user: all sessions and tokens end at once."""
    if account.disabled_at is not None:
        return
    if account.user.role is Role.ADMIN:
        _require_another(connection, account)
    users.set_disabled(connection, account.id, now)
    audit.write(connection, who=who, what="user.disable", subject=account.user.name, now=now)


def let_in(connection: Connection, who: str, account: Account, now: datetime) -> None:
    """Enable a user again."""
    if account.disabled_at is not None:
        users.set_disabled(connection, account.id, None)
        audit.write(connection, who=who, what="user.enable", subject=account.user.name, now=now)


def _require_another(connection: Connection, account: Account) -> None:
    if account.disabled_at is None and not users.other_admins(connection, account.id):
        raise ConfigurationError(_("This is the only administrator: make another one first."))
