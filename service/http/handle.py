"""A libcurl easy handle: its options, its callbacks, and what its error codes mean to us."""

import os
import socket
import time
from collections.abc import Mapping

import pycurl

from service.addresses import AddressGuard
from service.errors import FetchError, RefusedAddress
from service.http.transfer import Transfer

CONNECT_SECONDS = 5.0
_TOO_LARGE_CODE = 100  # CURLE_TOO_LARGE, which pycurl does not name
_REASONS = {
    pycurl.E_URL_MALFORMAT: "bad_url",
    pycurl.E_COULDNT_RESOLVE_HOST: "dns",
    pycurl.E_COULDNT_CONNECT: "connect",
    pycurl.E_SSL_CONNECT_ERROR: "tls",
    pycurl.E_PEER_FAILED_VERIFICATION: "tls",
    pycurl.E_SSL_ISSUER_ERROR: "tls",
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_FILESIZE_EXCEEDED: "too_large",
    _TOO_LARGE_CODE: "too_large",
}


class _Lent(socket.socket):
    """libcurl works on a duplicate that it makes at once, so this one is closed as soon as nobody holds it."""

    def __del__(self) -> None:
        self.close()


class Handle:
    """Used again for request after request; connections live in the multi handle, not here."""

    transfer: Transfer

    def __init__(self, guard: AddressGuard, user_agent: str, ca_file: str, resolve: Mapping[str, str]) -> None:
        self._guard = guard
        self._resolve = resolve
        self._addressed = False
        self._refused: RefusedAddress | None = None
        self.curl = curl = pycurl.Curl()
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(pycurl.FOLLOWLOCATION, 0)  # hops are ours: each is read, stripped of credentials and counted
        curl.setopt(pycurl.PROXY, "")  # else libcurl asks the environment
        curl.setopt(pycurl.CAINFO, ca_file)
        curl.setopt(pycurl.USERAGENT, user_agent)
        curl.setopt(pycurl.ACCEPT_ENCODING, "")  # all that libcurl can decode
        curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open)
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, int(CONNECT_SECONDS * 1000))

    def begin(self, transfer: Transfer) -> None:
        """Set all that differs from request to request."""
        self.transfer = transfer
        self._addressed = False
        self._refused = None
        request, url, curl = transfer.request, transfer.url, self.curl
        left = max(transfer.deadline - time.monotonic(), 0.001)
        curl.setopt(pycurl.URL, url.text)
        curl.setopt(pycurl.TIMEOUT_MS, max(int(left * 1000), 1))
        curl.setopt(pycurl.MAXFILESIZE_LARGE, 0 if request.status_counts else request.max_bytes)
        curl.setopt(pycurl.HTTPHEADER, transfer.header_lines())
        curl.setopt(pycurl.HEADERFUNCTION, transfer.lines.append)
        curl.setopt(pycurl.WRITEFUNCTION, transfer.take_body)
        if url.host in self._resolve:
            curl.setopt(pycurl.RESOLVE, [f"{url.host}:{url.port}:{self._resolve[url.host]}"])
        if request.method == "POST":
            curl.setopt(pycurl.POST, 1)
            curl.setopt(pycurl.POSTFIELDS, request.body)
        else:
            curl.setopt(pycurl.HTTPGET, 1)

    def error(self, code: int, text: str) -> FetchError:
        """What libcurl's error means; its own text is shown for TLS only, where it tells what is wrong with the certificate."""
        transfer = self.transfer
        if self._refused is not None and code == pycurl.E_COULDNT_CONNECT:
            return transfer.error("refused_address", f"was not asked: {self._refused}")
        if transfer.too_large:
            return transfer.error("too_large", transfer.too_large)
        reason = _REASONS.get(code, "protocol")
        if reason == "timeout":
            return self._timeout()
        what = {
            "dns": "cannot be reached: its name cannot be resolved",
            "connect": f"cannot be reached: {os.strerror(self.curl.getinfo(pycurl.OS_ERRNO) or 0)}",
            "tls": f"cannot be trusted: {text[:200]}",
            "too_large": transfer.over_the_cap if code == pycurl.E_FILESIZE_EXCEEDED else "sends too many headers",
        }.get(reason, f"broke off: {pycurl.easy_strerror(code)}")
        return transfer.error(reason, what)

    def _timeout(self) -> FetchError:
        if not self.curl.getinfo(pycurl.REQUEST_SIZE):  # nothing of the request went out
            if not self._addressed:
                return self.transfer.error("dns", "cannot be reached: no name server answered in time")
            return self.transfer.error("connect", "cannot be reached: no connection was made in time")
        return self.transfer.error("timeout", f"did not finish within {self.transfer.request.timeout:g} s")

    def _open(self, purpose: int, address: pycurl.CurlSockAddr) -> socket.socket | int:
        """The gate: libcurl asks here for every socket, whatever led to its address. An exception may not leave a callback."""
        self._addressed = True
        try:
            if isinstance(address.addr, bytes):
                raise RefusedAddress("connection refused: not an internet address")
            self._guard.check(address.addr[0], address.addr[1])
            return _Lent(address.family, address.socktype, address.protocol)
        except RefusedAddress as refusal:
            self._refused = refusal
        except OSError:  # no descriptor left, or no IPv6 on this machine: libcurl goes on to the next address
            pass
        return pycurl.SOCKET_BAD
