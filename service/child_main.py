"""What runs in a child of service.child: it answers frames until its parent closes the pipe.

`python -m service.child_main package.module:factory`. A frame is two lengths (32 bits each, big-endian), a JSON text and raw
bytes. What the target prints goes to standard error; what it holds of memory and processor time is bounded by the system.
"""

import ctypes
import gc
import importlib
import json
import os
import resource
import signal
import struct
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

Handler = Callable[[dict[str, Any], bytes], Mapping[str, Any]]
"""What a factory returns: (meta, body) to answer; both dictionaries hold JSON only."""

HEAD = struct.Struct(">II")


def framed(meta: Mapping[str, object], body: bytes) -> bytes:
    """The frame that carries `meta` and `body`."""
    text = json.dumps(meta).encode()
    return HEAD.pack(len(text), len(body)) + text + body


def serve(target: str) -> None:
    """Answer frames until the parent closes the pipe; the target's own standard output goes to standard error."""
    gc.disable()  # what a target starts with stays: nobody looks for garbage in it, neither now nor later
    requests, answers = _private_pipes()
    _die_with_parent()
    server = Server(target)
    while server.usable and (request := receive(requests)) is not None:
        answers.write(server.answer(*request))
        answers.flush()
        if not gc.isenabled():
            gc.freeze()
            gc.enable()


class Server:
    """Turns requests into answer frames; the first request holds the settings and starts the target."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._handler: Handler | None = None
        self._cpu_seconds = 0.0
        self.usable = True

    def answer(self, meta: dict[str, Any], body: bytes) -> bytes:
        """The frame that answers a request; `again` stands in it where the next one may come."""
        try:
            return framed({"answer": self._work(meta, body), "again": True}, b"")
        except MemoryError:
            self.usable = False  # what it holds may never be given back
            return framed({"error": "out of memory"}, b"")
        except Exception as error:  # noqa: BLE001 - the boundary: whatever the target raises becomes an answer
            traceback.print_exc()
            self.usable = self._handler is not None
            return framed({"error": _where(error)} | ({"again": True} if self.usable else {}), b"")

    def _work(self, meta: dict[str, Any], body: bytes) -> Mapping[str, Any]:
        if self._handler is not None:
            _limit_cpu(self._cpu_seconds)
            return self._handler(meta, body)
        _limit_memory(int(meta["memory_bytes"]))
        self._cpu_seconds = float(meta["cpu_seconds"])
        module, _, name = self._target.partition(":")
        self._handler = getattr(importlib.import_module(module), name)(meta["init"])
        return {}


def _where(error: Exception) -> str:
    """The kind and the innermost place of an error, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    requests, answers = open(os.dup(0), "rb"), open(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def _die_with_parent() -> None:
    """Where the kernel can (Linux); elsewhere the end of the request pipe ends an idle child and the CPU limit a busy one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _limit_memory(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # some systems know the limit and refuse to set it
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _limit_cpu(seconds: float) -> None:
    """A backstop for a child whose parent is gone: the soft limit moves with what is already used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime + seconds) + 2, hard))


def receive(requests: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next frame's text and bytes; None where the pipe ends, within a frame too."""
    head = requests.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    size, body_size = HEAD.unpack(head)
    text, body = requests.read(size), requests.read(body_size)
    return (json.loads(text), body) if len(body) == body_size else None


if __name__ == "__main__":
    serve(sys.argv[1])
