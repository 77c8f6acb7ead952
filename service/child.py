"""Work that may hang, crash or eat memory, done in child processes that can be killed.

Guarantee: a call ends within its time with an answer, ChildTimeout or ChildError; a child that hung, died or grew too big is
replaced by a fresh one for the next call; children die with their parent, and with a pool that nobody closed. Frames are JSON and
raw bytes, nothing is unpickled, and what the target prints cannot disturb them. Children inherit no environment (it holds
secrets), and a message names the kind and the place of an error, never its text, which may hold a secret too.

The child's end is `service.child_main`.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Condition
from typing import Any

from service.child_main import HEAD, framed
from service.errors import ChildError, ChildTimeout

_START_SECONDS = 30.0
_ENDING_SECONDS = 1.0
_MAX_ANSWER = 32 * 2**20
_STDERR_KEPT = 4096
_PIECE = 65536
_POOLS: "weakref.WeakSet[ChildPool]" = weakref.WeakSet()
_ENDING: "set[subprocess.Popen[bytes]]" = set()
"""Killed, and not gone within _ENDING_SECONDS; asked again whenever another child is killed, so that none stays a zombie."""


class ChildPool:
    """Up to `size` persistent children that run `target`, a factory "package.module:name" called once with `init`.

    `timeout` is in seconds of one call, waiting for a free child not included. Thread-safe. `memory_bytes` bounds a child's
    address space where the system supports that. Children start when they are first needed.
    """

    def __init__(
        self, target: str, size: int, timeout: float, memory_bytes: int, init: Mapping[str, object] | None = None
    ) -> None:
        self._target = target
        self._timeout = timeout
        self._init = framed({"init": dict(init or {}), "memory_bytes": memory_bytes, "cpu_seconds": timeout}, b"")
        self._size = size
        self._closed = False
        self._begin()
        _POOLS.add(self)
        self.last_words = ""
        """The end of what the last discarded child wrote to standard error: for a debugger only, it may hold secrets."""

    def _begin(self) -> None:
        self._changed = Condition()
        self._free = self._size
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._end = weakref.finalize(self, _kill_all, self._all)
        self._end.atexit = False  # at the end of the program children die with it, and threads may still be talking to them
        # PR_SET_PDEATHSIG fires when the *thread* that started the child ends: one thread, alive as long as the pool, starts all.
        self._spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="child-spawner")

    def after_fork(self) -> None:
        """The children belong to the process that this one was forked from, and the thread that starts them is there too."""
        self._end.detach()
        self._inherited = self._all
        self._begin()

    def call(self, meta: Mapping[str, object], body: bytes = b"", seconds: float | None = None) -> dict[str, Any]:
        """The target's answer. Raises ChildTimeout (killed) or ChildError (died, failed, pool closed).

        `seconds` is the time of this call, where it has less than others.
        """
        frame = framed(meta, body)
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._free > 0)
            self._require_open()
            self._free -= 1
        child, usable = None, False
        try:
            child = self._healthy()
            answer = child.exchange(frame, self._timeout if seconds is None else seconds)
            usable = "again" in answer
        finally:
            self._give_back(child, usable=usable)
        if "error" in answer:
            raise ChildError(f"{self._target} failed: {answer['error']}")
        return dict(answer["answer"])

    def close(self) -> None:
        """Kill every child, busy or not; calls under way end with ChildError. Never waits for a target."""
        with self._changed:
            self._closed = True
            children, idle = tuple(self._all), tuple(self._idle)
            self._idle.clear()
            self._changed.notify_all()
        for child in children:
            child.kill()
        for child in idle:
            self._forget(child)
        self._spawner.shutdown(wait=False)

    @property
    def pids(self) -> frozenset[int]:
        """The processes that live now."""
        with self._changed:
            return frozenset(child.process.pid for child in self._all)

    def _healthy(self) -> "_Child":
        with self._changed:
            child = self._idle.pop() if self._idle else None
        if child is not None and child.process.poll() is None:
            return child
        if child is not None:
            self._forget(child)
        return self._start()

    def _start(self) -> "_Child":
        try:
            child = self._spawner.submit(_Child, self._target).result()
        except (OSError, RuntimeError) as error:  # RuntimeError: the pool was closed, or the interpreter ends
            raise ChildError(f"{self._target} could not be started: {error}") from error
        with ExitStack() as undo:
            undo.callback(self._forget, child)
            with self._changed:
                self._all.add(child)
                self._require_open()
            answer = child.exchange(self._init, _START_SECONDS)
            if "error" in answer:
                raise ChildError(f"{self._target} could not be started: {answer['error']}")
            undo.pop_all()
        return child

    def _give_back(self, child: "_Child | None", *, usable: bool) -> None:
        with self._changed:
            keep = usable and child is not None and not self._closed
            if keep and child is not None:
                self._idle.append(child)
        if child is not None and not keep:
            self._forget(child)
        with self._changed:
            self._free += 1
            self._changed.notify()

    def _forget(self, child: "_Child") -> None:
        child.kill()
        child.release()
        with self._changed:
            self._all.discard(child)
            self.last_words = child.stderr.decode("utf-8", "replace")

    def _require_open(self) -> None:
        if self._closed:
            raise ChildError(f"{self._target} was not run: its pool is closed")


class _Child:
    """One process and its three pipes, all used without blocking so that no child can hold its caller beyond the deadline."""

    def __init__(self, target: str) -> None:
        self._target = target
        self.stderr = bytearray()
        path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "service.child_main", target],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            # One thread: with one for each core, numpy alone would come near the limit of memory on a large machine.
            env={"PYTHONPATH": path, "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C is for the parent
        )
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self._pipes = (self.process.stdin, self.process.stdout, self.process.stderr)
        for pipe in self._pipes:
            os.set_blocking(pipe.fileno(), False)

    def exchange(self, frame: bytes, seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        unsent, answer = memoryview(frame), bytearray()
        stdin, stdout, stderr = (pipe.fileno() for pipe in self._pipes)
        with selectors.PollSelector() as selector:
            selector.register(stdin, selectors.EVENT_WRITE)
            selector.register(stdout, selectors.EVENT_READ)
            selector.register(stderr, selectors.EVENT_READ)
            while not _complete(answer):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise ChildTimeout(f"{self._target} was killed: no answer within {seconds:g} s")
                for ready, _ in selector.select(left):
                    if ready.fd == stdin:
                        unsent = self._write(unsent)
                        if not unsent:
                            selector.unregister(stdin)
                    elif not self._read(ready.fd, answer if ready.fd == stdout else self.stderr):
                        if ready.fd == stdout:
                            raise ChildError(f"{self._target} died ({self._ending()})")
                        selector.unregister(stderr)
                del self.stderr[:-_STDERR_KEPT]
        parsed: dict[str, Any] = json.loads(answer[HEAD.size :])
        return parsed

    def _write(self, unsent: memoryview) -> memoryview:
        try:
            return unsent[os.write(self._pipes[0].fileno(), unsent[:_PIECE]) :]
        except BlockingIOError:
            return unsent
        except BrokenPipeError:
            return unsent[:0]  # the end of its output tells how it died

    def _read(self, pipe: int, into: bytearray) -> bool:
        try:
            piece = os.read(pipe, _PIECE)
        except BlockingIOError:
            return True
        into += piece
        if len(into) > _MAX_ANSWER:
            raise ChildError(f"{self._target} answered with more than {_MAX_ANSWER >> 20} MiB")
        return bool(piece)

    def _ending(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        self.kill()
        code = self.process.returncode
        return f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit code {code}"

    def kill(self) -> None:
        """SIGKILL if it still lives; a process that the kernel cannot end yet is left to it."""
        self.process.kill()
        try:
            self.process.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            _ENDING.add(self.process)
        for process in tuple(_ENDING):
            if process.poll() is not None:
                _ENDING.discard(process)

    def release(self) -> None:
        for pipe in self._pipes:
            pipe.close()


def _complete(answer: bytearray) -> bool:
    return len(answer) >= HEAD.size and len(answer) >= HEAD.size + sum(HEAD.unpack_from(answer))


def _kill_all(children: Iterable[_Child]) -> None:
    for child in tuple(children):
        child.kill()
        child.release()


def _begin_anew() -> None:
    for pool in _POOLS:
        pool.after_fork()


os.register_at_fork(after_in_child=_begin_anew)
