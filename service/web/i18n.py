"""The words of the interface in the reader's language."""

__all__ = ["gettext", "ngettext"]


def gettext(message: str) -> str:
    """The message in the language of the request that is being answered."""
    return message


def ngettext(one: str, many: str, count: int) -> str:
    """The message for this count."""
    return one if count == 1 else many
