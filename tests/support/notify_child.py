"""A child that takes a call and never answers: a parser or a service that hangs."""

from collections.abc import Callable, Mapping
from threading import Event
from typing import Any


def hang(init: Mapping[str, Any]) -> Callable[[dict[str, Any], bytes], Mapping[str, Any]]:
    def answer(meta: dict[str, Any], body: bytes) -> Mapping[str, Any]:
        Event().wait()
        return {}

    return answer
