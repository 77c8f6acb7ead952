"""The pages and the API: FastAPI, server-rendered, readable without JavaScript.

Guarantee: every route says who may ask (see `access`), everything that came from outside is shown as text, every answer carries
the security headers, and nothing is loaded from another host. Must not send, fetch or decide: what a person tries is done by
`pipeline.trials`.
"""

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from service.web import (
    actions,
    alert_deeds,
    alert_page,
    alerts_page,
    api,
    api_page,
    entity_page,
    failures,
    feeds,
    inbox_page,
    item_page,
    languages,
    operations,
)
from service.web.access import Gate, account_page, audit_page, login_page, require_decisions, setup_page, tokens_page, users_page
from service.web.access.logins import Logins
from service.web.assets import Assets
from service.web.context import InForce, WebContext
from service.web.desk import (
    deliveries_page,
    file_page,
    new_source_page,
    routes_page,
    settings_page,
    silences_page,
    sources_page,
    status_page,
)
from service.web.guard import Guard, allowed_names
from service.web.languages import Languages
from service.web.rendering import Pages
from service.web.rules import completion, list_page, new_page, rule_page, versions_page, watchlist_page

__all__ = ["InForce", "WebContext", "create_app"]

SMALLEST_PACKED = 800
"""Shorter answers are not worth compressing, in bytes."""


DESK = (
    new_source_page,  # before `/sources/{source_id}`
    sources_page,
    routes_page,
    file_page,
    deliveries_page,
    silences_page,
    status_page,
    settings_page,
)
ACCESS = (login_page, setup_page, account_page, users_page, tokens_page, audit_page)

LARGEST_BODY = 4 * 1024 * 1024
"""Bytes: the largest rule file, sent as a form. A route that takes more says so itself."""

RULES = (list_page, versions_page, new_page, watchlist_page, rule_page)
"""In this order: what is no name of a page is the id of a rule."""


class _Guarded(FastAPI):
    """FastAPI with the guard around everything, its own error answers included."""

    def __init__(self, context: WebContext) -> None:
        # Its documentation pages load scripts from another host.
        super().__init__(
            title="Tapewatch",
            version=context.version,
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            max_body_size=LARGEST_BODY,
        )
        self._hosts = allowed_names(context.allowed_hosts)
        self._https = context.access.base_url.startswith("https://")

    def build_middleware_stack(self) -> ASGIApp:
        return Guard(Languages(GZipMiddleware(super().build_middleware_stack(), SMALLEST_PACKED)), self._hosts, https=self._https)


def create_app(context: WebContext) -> FastAPI:
    """Everything that a browser, a script or a monitor can ask for.

    Raises ConfigurationError for an allowed host that is no host name.
    """
    application = _Guarded(context)
    gate = Gate(context)
    application.state.gate, application.state.logins = gate, Logins(context, gate)
    pages = Pages(context)
    application.include_router(completion.router(context))  # before the pages of rules: a rule may have any name
    for module in (
        alerts_page,
        alert_page,
        alert_deeds,
        item_page,
        entity_page,
        inbox_page,
        actions,
        api_page,
        *DESK,
        *ACCESS,
        *RULES,
    ):
        application.include_router(module.router(context, pages))
    for module in (api, feeds, operations):
        application.include_router(module.router(context))
    application.include_router(languages.router())
    application.mount("/static", Assets(), name="static")
    pages.lead_to(application.routes)
    failures.install(application, pages)
    require_decisions(application.routes)
    return application
