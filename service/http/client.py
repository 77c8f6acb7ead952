"""The client: requests come in from any thread, one thread drives them all through libcurl's multi interface."""

import math
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from threading import Event, Lock, Thread

import certifi
import pycurl

from service.addresses import AddressGuard
from service.errors import FetchError
from service.http.handle import Handle
from service.http.messages import Request, Response
from service.http.transfer import Transfer

_KEPT_CONNECTIONS = 512
_EVENTS = {
    pycurl.POLL_IN: select.POLLIN,
    pycurl.POLL_OUT: select.POLLOUT,
    pycurl.POLL_INOUT: select.POLLIN | select.POLLOUT,
}
_TROUBLE = select.POLLERR | select.POLLHUP | select.POLLNVAL


class HttpClient:
    """Thread-safe. A Future is fulfilled on the client's own thread, so its callbacks must be short and must not call `request`.

    `resolve` maps host names to addresses in place of DNS; the guard sees the result all the same. `ca_file` replaces the bundled
    certificates. At most `concurrency` requests run at once; the others wait without losing time.
    """

    def __init__(
        self,
        guard: AddressGuard,
        user_agent: str,
        resolve: Mapping[str, str] | None = None,
        *,
        ca_file: str | None = None,
        concurrency: int = 256,
    ) -> None:
        self._waiting: deque[Transfer] = deque()
        self._lock = Lock()
        self._closed = False
        self._ended = Event()
        self._wake_in, self._wake_out = socket.socketpair()
        self._driver = _Driver(
            lambda: Handle(guard, user_agent, ca_file or certifi.where(), resolve or {}), self._wake_out, concurrency
        )
        Thread(target=self._run, name="http", daemon=True).start()

    def submit(self, request: Request) -> Future[Response]:
        """Start a request; the Future ends with a Response or a FetchError."""
        future: Future[Response] = Future()
        try:
            transfer = Transfer(request, future)
        except FetchError as error:
            future.set_exception(error)
            return future
        with self._lock:
            if self._closed:
                future.set_exception(transfer.error("closed", "was not asked: the HTTP client is closed"))
                return future
            self._waiting.append(transfer)
            if len(self._waiting) == 1:  # else it was woken and has not come here yet
                self._wake_in.send(b"\0")
        return future

    def request(self, request: Request) -> Response:
        """As `submit`, waiting for the end."""
        return self.submit(request).result()

    def close(self) -> None:
        """End every request with FetchError (`closed`), close every connection, wait for the thread."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._wake_in.close()  # the driver wakes from the end of the stream
        self._ended.wait(5)

    def _run(self) -> None:
        try:
            while not self._closed:
                self._driver.turn(self._waiting)
        finally:  # after an error of ours too: nobody may wait for ever
            with self._lock:
                self._closed = True
            self._driver.close(self._waiting)
            self._wake_out.close()
            self._ended.set()


class _Driver:
    """libcurl's sockets and timer on a poll object; used by one thread only.

    Not an epoll: libcurl takes its sockets off and on again for each request, which costs system calls there and none here.
    """

    def __init__(self, make_handle: Callable[[], Handle], wake: socket.socket, concurrency: int) -> None:
        self._make_handle = make_handle
        self._wake = wake
        self._concurrency = concurrency
        self._idle: list[Handle] = []
        self._busy: dict[pycurl.Curl, Handle] = {}
        self._due: float | None = None
        self._watched: set[int] = set()
        self._poll = select.poll()
        self._poll.register(wake, select.POLLIN)
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, _KEPT_CONNECTIONS)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)

    def turn(self, waiting: "deque[Transfer]") -> None:
        """Start what waits, sleep until something happens, deal with it."""
        while waiting and len(self._busy) < self._concurrency:
            transfer = waiting.popleft()
            if transfer.future.set_running_or_notify_cancel():
                transfer.deadline = time.monotonic() + transfer.request.timeout
                self._begin(self._idle.pop() if self._idle else self._make_handle(), transfer)
        left = None if self._due is None else max(math.ceil((self._due - time.monotonic()) * 1000), 0)
        for descriptor, events in self._poll.poll(left):
            if descriptor in self._watched:  # else an earlier event of this round closed it, or it is the wake-up
                self._multi.socket_action(descriptor, _bits(events))
            elif descriptor == self._wake.fileno():
                self._wake.recv(4096)
        if self._due is not None and self._due <= time.monotonic():
            self._due = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        self._collect()

    def close(self, waiting: "deque[Transfer]") -> None:
        """End everything that runs or waits."""
        for handle in self._busy.values():
            self._multi.remove_handle(handle.curl)
            waiting.append(handle.transfer)
        while waiting:
            transfer = waiting.popleft()
            if transfer.future.running() or transfer.future.set_running_or_notify_cancel():
                transfer.future.set_exception(transfer.error("closed", "was not waited for: the HTTP client is closed"))
        for handle in (*self._busy.values(), *self._idle):
            handle.curl.close()
        self._multi.close()

    def _begin(self, handle: Handle, transfer: Transfer) -> None:
        handle.begin(transfer)
        self._busy[handle.curl] = handle
        self._multi.add_handle(handle.curl)

    def _collect(self) -> None:
        more = 1
        while more:
            more, succeeded, failed = self._multi.info_read()
            for curl in succeeded:
                self._finish(curl, None)
            for curl, code, text in failed:
                self._finish(curl, (code, text))

    def _finish(self, curl: pycurl.Curl, failure: tuple[int, str] | None) -> None:
        handle = self._busy.pop(curl)
        transfer = handle.transfer
        outcome: Response | FetchError | None
        status = curl.getinfo(pycurl.RESPONSE_CODE)
        try:
            if failure is not None and not transfer.is_answered(status):
                raise handle.error(*failure)
            outcome = transfer.conclude(status)
        except FetchError as error:
            outcome = error
        self._multi.remove_handle(curl)
        if outcome is None:
            self._begin(handle, transfer)
            return
        self._idle.append(handle)
        if isinstance(outcome, Response):
            transfer.future.set_result(outcome)
        else:
            transfer.future.set_exception(outcome)

    def _watch(self, what: int, descriptor: int, multi: pycurl.CurlMulti, data: object) -> None:
        if what in (pycurl.POLL_REMOVE, pycurl.POLL_NONE):
            if descriptor in self._watched:
                self._watched.discard(descriptor)
                self._poll.unregister(descriptor)
        else:
            self._watched.add(descriptor)
            self._poll.register(descriptor, _EVENTS[what])

    def _set_timer(self, milliseconds: int) -> None:
        self._due = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000


def _bits(events: int) -> int:
    """What libcurl calls what poll reported."""
    bits = pycurl.CSELECT_IN if events & select.POLLIN else 0
    if events & select.POLLOUT:
        bits |= pycurl.CSELECT_OUT
    return bits | pycurl.CSELECT_ERR if events & _TROUBLE else bits
