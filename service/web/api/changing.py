"""Changes of the rules folder over the API: the same desk as the pages', and its refusals as problems.

Guarantee: a change is made to what was read (If-Match), or is refused; every mistake of a refused file is told with its place.
"""

import hashlib
from dataclasses import asdict

from service.editing import Changes, OutOfDate
from service.errors import InvalidFiles, Problem
from service.model.user import User
from service.rulebook import Rulebook
from service.rulefiles import place_of
from service.web.context import WebContext
from service.web.problems import ApiProblem

ABSENT = '""'
"""What stands for a file that is not there."""


def mark_of(text: bytes | None) -> str:
    """The ETag of a file."""
    return ABSENT if text is None else f'"{hashlib.sha256(text).hexdigest()[:32]}"'


def save(context: WebContext, changes: Changes, base: str, person: User, why: str) -> Rulebook:
    """Keep a change that was made to a version, and put it in force."""
    try:
        return context.desk.save(changes, base, person.name, why)
    except InvalidFiles as error:
        raise refused(error) from error
    except OutOfDate as error:
        raise ApiProblem("changed-meanwhile", str(error)) from error


def refused(error: InvalidFiles) -> ApiProblem:
    """Every mistake, with its place."""
    found = [problem_json(problem) for problem in error.problems]
    return ApiProblem("invalid-files", f"{len(found)} mistakes; the first: {error.problems[0]}", problems=found)


def problem_json(problem: Problem) -> dict[str, object]:
    """A mistake in a file, which is named by its place in the folder."""
    return {**asdict(problem), "file": place_of(problem.file)}


def require_match(given: str, current: bytes | None) -> None:
    """The problem where If-Match does not name what is there; `*` is whatever is there."""
    if not given:
        words = "Send the ETag that you read as If-Match; for a file that is not there yet, If-None-Match: *."
        raise ApiProblem("precondition-required", words)
    marks = [mark.strip() for mark in given.split(",")]
    if current is None or (mark_of(current) not in marks and "*" not in marks):
        raise ApiProblem("changed-meanwhile", "The file is not what you read: read it again.", {"ETag": mark_of(current)})
