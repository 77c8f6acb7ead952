"""`/login` and `/logout`. Both change something by POST alone: an address in an article can log nobody in or out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from service.web.access import Gate, anyone, cookies
from service.web.access.logins import end_session, logins_of
from service.web.context import WebContext
from service.web.i18n import gettext as _
from service.web.languages import local_path
from service.web.rendering import Pages

Name = Annotated[str, Form(max_length=300)]
Password = Annotated[str, Form(max_length=2000)]
Next = Annotated[str, Form(max_length=4000)]


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(dependencies=[anyone()])

    async def page(request: Request, status: int, **values: str) -> Response:
        bind = await logins_of(request).gate.anchor(request)
        shown = {"name": "", "fault": "", "next": "/", **values}
        answer = await run_in_threadpool(pages.html, "login.html", request, shown, status)
        bind(answer)
        return answer

    @routes.api_route("/login", methods=["GET", "HEAD"])
    async def ask(request: Request) -> Response:
        place = local_path(request.query_params.get("next", "/"))
        asker = await logins_of(request).gate.asker(request)
        if asker.user is not None:
            return RedirectResponse(place, 303)
        if asker.before_users:
            return RedirectResponse("/setup", 303)
        return await page(request, 200, next=place)

    @routes.post("/login")
    async def log_in(request: Request, name: Name = "", password: Password = "", next: Next = "/") -> Response:
        logins, place = logins_of(request), local_path(next)
        account = await logins.account(request, name, password)
        if account is None:
            return await page(request, 401, name=name, fault=_("Name or password are wrong."), next=place)
        answer = RedirectResponse(place, 303)
        await logins.enter(request, answer, account)
        return answer

    @routes.post("/logout")
    async def log_out(request: Request) -> RedirectResponse:
        gate = logins_of(request).gate
        await run_in_threadpool(_leave, context, request, gate)
        answer = RedirectResponse("/login", 303)
        cookies.remove(answer, cookies.SESSION, https=gate.is_https(request))
        return answer

    return routes


def _leave(context: WebContext, request: Request, gate: Gate) -> None:
    with context.database.begin() as connection:
        end_session(connection, request, gate)
