"""What a new name and a new password must be. Pure; the words are for the page."""

from service.model.user import LONGEST_NAME, folded_name, user_name
from service.web.access.passwords import LONGEST, SHORTEST
from service.web.i18n import gettext as _


def fault_of_name(text: str) -> str:
    """Why this is no name for a user; "" when it is one."""
    if user_name(text):
        return ""
    return _("A name has 1 to %(most)s letters, digits and . @ + - _ without spaces.") % {"most": LONGEST_NAME}


def fault_of_password(password: str, again: str, name: str) -> str:
    """Why this is no password; "" when it is one."""
    if len(password) < SHORTEST:
        return _("A password has at least %(least)s characters: a few words in a row are good ones.") % {"least": SHORTEST}
    if len(password) > LONGEST:
        return _("A password has at most %(most)s characters.") % {"most": LONGEST}
    if (folded_name(name) in folded_name(password) and len(password) < len(name) + SHORTEST) or len(set(password)) < 4:
        return _("This password is too easy to guess.")
    return "" if password == again else _("The two passwords are not the same.")
