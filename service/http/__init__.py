"""The only outbound HTTP: libcurl's multi interface, driven by one thread.

Guarantee: a connection is opened only after the address guard agreed to the very address of the socket, so redirects, rebinding
and odd spellings change nothing; every request ends within its time, its decoded body and its headers within their caps;
credentials and own headers do not follow a redirect to another origin; a message shows scheme and host of a URL, nothing else.
It must not read the environment, keep cookies, or use a proxy.
"""

from service.http.client import HttpClient
from service.http.messages import REASONS, Request, Response, retry_after

__all__ = ["REASONS", "HttpClient", "Request", "Response", "retry_after"]
