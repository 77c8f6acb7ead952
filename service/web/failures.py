"""What a reader sees when something cannot be shown: a page, or problem+json under /api. Never a traceback, never markup."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from service.errors import StorageError
from service.web.problems import ApiProblem, problem
from service.web.rendering import Pages

HEADINGS = {
    HTTPStatus.BAD_REQUEST: "That cannot be asked",
    HTTPStatus.FORBIDDEN: "This link opens nothing",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.METHOD_NOT_ALLOWED: "That cannot be done here",
    HTTPStatus.GONE: "This link has ended",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database does not answer",
}

MOST_FAULTS = 20
MACHINES = ("/api/", "/feeds/")
"""What programs ask for: they are told of failures in JSON."""

log = logging.getLogger(__name__)


def install(application: FastAPI, pages: Pages) -> None:
    """Answer every kind of failure."""

    def answer(request: Request, status: int, detail: str, error: Exception, headers: dict[str, str] | None = None) -> Response:
        heading = HEADINGS.get(HTTPStatus(status), HTTPStatus(status).phrase)
        if request.url.path.startswith(MACHINES):
            return problem(status, detail, error, headers)
        page = pages.failure({"status": status, "heading": heading, "detail": detail}, status)
        page.headers.update(headers or {})
        return page

    @application.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
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
        return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, "Try again in a moment; the log has the details.", error)

    @application.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> Response:
        return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "The log has the details.", error)
