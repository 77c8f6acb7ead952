"""Apprise in the test's own process, to see inside; on Python before 3.13 it imports a module that warns of its end."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import apprise

    from service.notify import apprise_child

__all__ = ["apprise", "apprise_child"]
