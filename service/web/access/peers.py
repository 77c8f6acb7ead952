"""Where a request comes from, and how it was sent: what a reverse proxy forwards is believed of configured proxies alone.

Guarantee: whoever asks directly is known by their own address, whatever their headers say.
"""

from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request

from service.web.access.settings import AccessSettings, Proxy
from service.web.guard import ALWAYS_ALLOWED, host_name

USER_HEADERS_AT_MOST = 200


def peer(request: Request) -> str:
    """The address that the connection came from; "" where there is none."""
    return request.client.host if request.client else ""


def client_address(request: Request, proxy: Proxy) -> str:
    """The address of the person: the last one in X-Forwarded-For that is no proxy of ours."""
    address = peer(request)
    if not proxy.trusts(address):
        return address
    for named in reversed(",".join(request.headers.getlist("x-forwarded-for")).split(",")):
        try:
            address = str(ip_address(named.strip()))
        except ValueError:
            return address
        if not proxy.trusts(address):
            return address
    return address


def address_key(address: str) -> str:
    """What is counted as one address: of IPv6 the network that one customer has."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return address


def is_https(request: Request, settings: AccessSettings) -> bool:
    """Whether the person's browser speaks https to us: a proxy of ours says so, or the base URL does for its name."""
    if settings.proxy.trusts(peer(request)) and (forwarded := request.headers.getlist("x-forwarded-proto")):
        return forwarded == ["https"]
    named = host_name(request.headers.get("host", ""))
    return settings.base_url.startswith("https://") and named not in ALWAYS_ALLOWED


def shown_base(request: Request, settings: AccessSettings) -> str:
    """How this reader reaches the pages, for links that are handed on; the guard has looked at the name already."""
    return settings.base_url or f"{'https' if is_https(request, settings) else 'http'}://{request.headers['host']}"


def proxy_user(request: Request, proxy: Proxy) -> str:
    """Whom a proxy of ours names; "" where none does, or where it says two things."""
    if not proxy.user_header or not proxy.trusts(peer(request)):
        return ""
    named = request.headers.getlist(proxy.user_header)
    return named[0].encode("latin-1").decode("utf-8", "replace")[:USER_HEADERS_AT_MOST] if len(named) == 1 else ""
