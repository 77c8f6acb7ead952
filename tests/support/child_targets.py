"""Targets for the child pool that behave as badly as real ones can."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from threading import Event
from typing import Any

from service.child import ChildPool

Handler = Callable[[dict[str, Any], bytes], Mapping[str, Any]]


def echo(init: Mapping[str, Any]) -> Handler:
    return lambda meta, body: {"meta": meta, "size": len(body), "sum": sum(body), "init": dict(init), "pid": os.getpid()}


def misbehave(init: Mapping[str, Any]) -> Handler:
    """Does what `meta["do"]` says."""
    kept: list[bytes] = []

    def hang_in_python() -> dict[str, Any]:
        Event().wait()
        return {}

    def hang_in_c() -> dict[str, Any]:
        return {"found": bool(re.match(r"(a+)+$", "a" * 64 + "b"))}  # holds the interpreter lock for ever

    def eat() -> dict[str, Any]:
        while True:
            kept.append(b"x" * 2**24)

    def chatter() -> dict[str, Any]:
        sys.stdout.write("\x00\x00\x00\x05garbage on standard output")
        os.write(1, b"more garbage" * 10_000)
        sys.stdout.flush()
        subprocess.run([sys.executable, "-c", "print('from a grandchild')"], check=True)
        return {"said": True}

    def die() -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGKILL)
        return {}

    def fail() -> dict[str, Any]:
        raise ValueError("the password is hunter2")

    def run_out() -> dict[str, Any]:
        raise MemoryError

    deeds: dict[str, Callable[[], dict[str, Any]]] = {
        "hang in python": hang_in_python,
        "hang in c": hang_in_c,
        "eat": eat,
        "chatter": chatter,
        "fail": fail,
        "memory error": run_out,
        "exit": lambda: sys.exit(3),
        "abort": lambda: os.abort(),
        "kill": die,
        "no json": lambda: {"value": object()},
        "big answer": lambda: {"value": "x" * (40 * 2**20)},
        "environment": lambda: {"names": sorted(os.environ)},
        "stdin": lambda: {"read": sys.stdin.read()},
        "ok": lambda: {"pid": os.getpid()},
    }
    return lambda meta, body: deeds[meta["do"]]()


def stubborn(init: Mapping[str, Any]) -> Handler:
    """Hangs or dies, as the body says."""

    def deed(meta: dict[str, Any], body: bytes) -> dict[str, Any]:
        if body == b"hang":
            Event().wait()
        os.abort()

    return deed


def broken(init: Mapping[str, Any]) -> Handler:
    raise RuntimeError("the token is hunter2")


def parent() -> None:
    """Run as a program: start a child that hangs while it holds the interpreter lock, print its process id, wait to be killed."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only this program needs it

    pool = ChildPool("tests.support.child_targets:misbehave", size=2, timeout=60, memory_bytes=2**29)
    first = pool.call({"do": "ok"})["pid"]
    with ThreadPoolExecutor(2) as callers:
        hanging = callers.submit(pool.call, {"do": "hang in c"})
        second = callers.submit(pool.call, {"do": "ok"}).result()["pid"]
        sys.stdout.write(f"{first} {second}\n")
        sys.stdout.flush()
        hanging.result()


if __name__ == "__main__":
    parent()
