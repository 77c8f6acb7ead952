"""What a reader sees when something cannot be shown: a page, or problem+json under /api. Never a traceback, never markup."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from service.errors import InvalidFiles, OutOfDate, StorageError
from service.web.access import Gate
from service.web.i18n import N_
from service.web.i18n import gettext as _
from service.web.problems import ApiProblem, problem
from service.web.rendering import Pages

HEADINGS = {
    HTTPStatus.BAD_REQUEST: N_("That cannot be asked"),
    HTTPStatus.UNAUTHORIZED: N_("Log in first"),
    HTTPStatus.FORBIDDEN: N_("This is not open to you"),
    HTTPStatus.NOT_FOUND: N_("There is nothing here"),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("That cannot be done here"),
    HTTPStatus.CONFLICT: N_("That cannot be done now"),
    HTTPStatus.GONE: N_("This link has ended"),
    HTTPStatus(413): N_("That is too large"),
    HTTPStatus.UNPROCESSABLE_ENTITY: N_("That cannot be asked"),
    HTTPStatus.TOO_MANY_REQUESTS: N_("Too many tries"),
    HTTPStatus.INTERNAL_SERVER_ERROR: N_("Something went wrong"),
    HTTPStatus.SERVICE_UNAVAILABLE: N_("The database does not answer"),
}

MOST_FAULTS = 20
MACHINES = ("/api/", "/feeds/")
"""What programs ask for: they are told of failures in JSON."""

log = logging.getLogger(__name__)


def status_of(error: InvalidFiles | OutOfDate) -> int:
    """What a page answers with that shows a change of the rules which was refused."""
    return HTTPStatus.CONFLICT if isinstance(error, OutOfDate) else HTTPStatus.UNPROCESSABLE_ENTITY


def install(application: FastAPI, pages: Pages) -> None:
    """Answer every kind of failure."""

    def answer(request: Request, status: int, detail: str, error: Exception, headers: dict[str, str] | None = None) -> Response:
        heading = _(HEADINGS.get(HTTPStatus(status), HTTPStatus(status).phrase))
        if request.url.path.startswith(MACHINES):
            return problem(status, detail, error, headers)
        page = pages.failure({"status": status, "heading": heading, "detail": detail}, status)
        page.headers.update(headers or {})
        return page

    @application.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        gate: Gate = request.app.state.gate
        gate.recognize(request)
        told = error.detail if error.detail != HTTPStatus(error.status_code).phrase else ""
        return answer(request, error.status_code, told, error, dict(error.headers or {}))

    @application.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        faults = [
            {"field": ".".join(map(str, fault["loc"][1:])) or "body", "says": str(fault["msg"])} for fault in error.errors()
        ]
        said = "; ".join(f"{fault['field']}: {fault['says']}" for fault in faults[:MOST_FAULTS])
        return answer(request, HTTPStatus.BAD_REQUEST, said, ApiProblem("invalid-request", errors=faults[:MOST_FAULTS]))

    @application.exception_handler(StorageError)
    def without_database(request: Request, error: StorageError) -> Response:
        log.error("a page could not be read from the database: %s", error)
        return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, _("Try again in a moment; the log has the details."), error)

    @application.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> Response:
        return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, _("The log has the details."), error)
