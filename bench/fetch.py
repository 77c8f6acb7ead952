"""Feeds answered 304 per CPU-second through HttpClient, beside a bare libcurl multi loop in the same run.

    python bench/fetch.py [requests]

The server is a process of its own that answers every request with the same 304 on kept connections, so that only the client's CPU
time counts. Prints both rates and their ratio; rounds alternate, the median of each side is taken.
"""

import multiprocessing
import selectors
import socket
import statistics
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from time import process_time

import pycurl

from service.addresses import AddressGuard
from service.http import HttpClient, Request

ANSWER = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nCache-Control: max-age=60\r\n\r\n'
HEADERS = {"If-None-Match": '"1"', "If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT", "Accept": "application/rss+xml"}
CONCURRENCY = 100
HOSTS = 200
ROUNDS = 5


def server(ready: Connection) -> None:
    """A 304 for every blank line."""
    listener = socket.create_server(("0.0.0.0", 0), backlog=1024)
    listener.setblocking(False)
    ready.send(listener.getsockname()[1])
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(connection, selectors.EVENT_READ)
                continue
            connection = key.fileobj  # type: ignore[assignment]
            data = connection.recv(65536)
            if data:
                connection.sendall(ANSWER * data.count(b"\r\n\r\n"))
            else:
                selector.unregister(connection)
                connection.close()


def ours(urls: list[str], client: HttpClient) -> None:
    """In waves of CONCURRENCY, as the scheduler's threads keep that many under way."""
    futures = [client.submit(Request(url, headers=HEADERS)) for url in urls]
    assert all(future.result().status == 304 for future in futures)


def bare(urls: list[str], multi: pycurl.CurlMulti, handles: list[pycurl.Curl]) -> None:
    """The least that answers the same requests: kept handles, perform and select, nothing checked."""
    waiting, idle, done = list(reversed(urls)), list(handles), 0
    while done < len(urls):
        while waiting and idle:
            handle = idle.pop()
            handle.setopt(pycurl.URL, waiting.pop())
            multi.add_handle(handle)
        multi.perform()
        _, succeeded, failed = multi.info_read()
        assert not failed, failed
        for handle in succeeded:
            multi.remove_handle(handle)
            idle.append(handle)
            done += 1
        if not succeeded:
            multi.select(1.0)


def bare_handles() -> list[pycurl.Curl]:
    handles = []
    for _ in range(CONCURRENCY):
        handle = pycurl.Curl()
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in HEADERS.items()])
        handle.setopt(pycurl.WRITEFUNCTION, len)
        handles.append(handle)
    return handles


def rate(run: Callable[[], None], count: int) -> float:
    started = process_time()
    run()
    return count / (process_time() - started)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=server, args=(there,), daemon=True)
    process.start()
    port = here.recv()
    urls = [
        f"http://127.0.{number % HOSTS // 250}.{number % HOSTS % 250 + 1}:{port}/feed/{number}.xml" for number in range(count)
    ]
    client = HttpClient(AddressGuard(["127.0.0.0/8"]), "Tapewatch/bench", concurrency=CONCURRENCY)
    multi, handles = pycurl.CurlMulti(), bare_handles()
    multi.setopt(pycurl.M_MAXCONNECTS, 512)
    found: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(ROUNDS):
        found["bare"].append(rate(lambda: bare(urls, multi, handles), count))
        found["ours"].append(rate(lambda: ours(urls, client), count))
    client.close()
    process.kill()
    middle = {name: statistics.median(rates) for name, rates in found.items()}
    print(f"HttpClient      {middle['ours']:8,.0f} answers per CPU-second")
    print(f"bare libcurl    {middle['bare']:8,.0f} answers per CPU-second")
    print(f"ratio           {middle['ours'] / middle['bare']:8.2f}")


if __name__ == "__main__":
    main()
