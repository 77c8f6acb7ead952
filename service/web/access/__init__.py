"""Who may do what on the console: every route says so with `allow`, `anyone` or `by_link`; a handler learns of the person
through `Person`.

Guarantee: the application does not start with a route that says nothing. What a decision covers: who asks (cookie, token or
reverse proxy), whether the role and the token's scope suffice, and whether a change was asked for by our own page. Handlers
must not look at cookies, tokens or forwarded headers themselves.
"""

from service.web.access.decisions import Person, allow, anyone, by_link, require_decisions
from service.web.access.gate import ANY, Gate
from service.web.access.settings import AccessSettings, Proxy

__all__ = ["ANY", "AccessSettings", "Gate", "Person", "Proxy", "allow", "anyone", "by_link", "require_decisions"]
