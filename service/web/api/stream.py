"""`/api/v1/alerts/stream`: the alerts as they come, as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from service.model.user import Role
from service.web.api.asking import LONGEST, needs, reads
from service.web.api.tape import Tape
from service.web.context import WebContext
from service.web.filters import Filters, read_filters
from service.web.problems import ApiProblem

HEARTBEAT = 15
"""Seconds between two signs of life, so that nothing on the way thinks that nobody is there."""
COME_BACK = 3000
"""Milliseconds after which a browser comes back when the stream ends."""

EXAMPLE = 'retry: 3000\r\n\r\nid: 5b1c7a90d2e4f836\r\nevent: alert\r\ndata: {"id":"5b1c7a90d2e4f836","severity":"high"}\r\n\r\n'


def router(context: WebContext) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["alerts"])
    tape = Tape(context)

    @reads(
        routes,
        "/alerts/stream",
        **needs(Role.VIEWER, "alerts:read"),
        summary="Alerts as they come, as server-sent events",
        response_class=EventSourceResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}, "example": EXAMPLE}}}},
    )
    async def alerts_followed(
        request: Request,
        asked: Annotated[Filters, Depends(read_filters)],
        last_event_id: Annotated[str, Header(max_length=LONGEST)] = "",
        after: Annotated[
            str,
            Query(max_length=LONGEST, description="As Last-Event-ID, for the first request; `start`: from the first alert on."),
        ] = "",
    ) -> Response:
        """The data of each event is an alert as the list has it. The stream ends after a while, and browsers come back."""
        if request.method == "HEAD":  # nothing follows, so nobody follows
            return Response(media_type="text/event-stream")
        if tape.full:
            raise ApiProblem("unavailable", "As many follow as can be served.", {"Retry-After": "30"})
        return EventSourceResponse(_told(tape, asked, last_event_id or after), ping=HEARTBEAT)

    return routes


async def _told(tape: Tape, asked: Filters, after: str) -> AsyncIterator[ServerSentEvent]:
    async with tape.following(asked) as follower:
        yield ServerSentEvent(retry=COME_BACK)
        async for message in tape.told(follower, after):
            yield ServerSentEvent(id=message.id, event="alert", data=message.data)
