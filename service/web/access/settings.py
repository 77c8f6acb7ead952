"""What the operator says of access; made by the composition of the server, never read from the environment here."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from service.config import Settings
from service.model.user import Role


@dataclass(frozen=True, slots=True)
class Proxy:
    """Reverse proxies: the networks they ask from, the header in which they name the person ("" where they name nobody), and
    what somebody is who is named there for the first time (None: refused).
    """

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    user_header: str = ""
    new_users: Role | None = None

    def trusts(self, address: str) -> bool:
        """Whether what this address forwards is believed."""
        try:
            peer = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return any(peer in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """`base_url` is how readers reach the pages ("" while nobody said); `open_reading` lets everybody on this machine read until
    there is a user.
    """

    base_url: str = ""
    open_reading: bool = False
    proxy: Proxy = Proxy()
    session_idle: timedelta = timedelta(days=7)
    session_lasts: timedelta = timedelta(days=30)


CLOSED = AccessSettings()
"""Nobody reads before there is a user, and no proxy is believed."""


def access_settings(settings: Settings) -> AccessSettings:
    """What the operator set."""
    new = settings.proxy_new_users
    proxy = Proxy(
        networks=tuple(ip_network(network) for network in settings.proxy_networks),
        user_header=settings.proxy_user_header,
        new_users=None if new == "refuse" else Role(new),
    )
    return AccessSettings(settings.base_url.rstrip("/"), settings.serves_this_machine_alone, proxy)
