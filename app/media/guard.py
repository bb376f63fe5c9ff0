"""Where a file may be fetched from: an address that somebody else chose never leads us into our own network.

The token goes with the request, so only the operator's own Graph address and Meta's media hosts are asked at all.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

META_HOSTS = ("fbsbx.com", "fbcdn.net", "whatsapp.net", "facebook.com")
# One pattern decides what is host, port and path, and the request is put together from its parts: no second parser
# can see another host. No user info, no backslash, no space, no escape or letter outside of ASCII in the host.
ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:]{2,45}\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<target>/[!-\[\]-~]*)?"
)
USUAL_PORTS = {"http": 80, "https": 443}
# Python's tables differ between its versions, so what they may miss stands here: protocol assignments and relays of
# IPv4; of IPv6 everything that is not handed out to the internet, and the forms that carry an IPv4 address inside
# (6to4, Teredo and the rest of 2001::/23; NAT64, IPv4-mapped and site-local addresses lie outside of 2000::/3).
INTERNET = IPv6Network("2000::/3")
NOT_PUBLIC = tuple(
    ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "2001::/23", "2002::/16")
)

Resolve = Callable[[str], Awaitable[Sequence[str]]]


class WrongAddress(Exception):
    """Nothing may be asked of this address."""


@dataclass(frozen=True, slots=True)
class Address:
    """A web address in its parts. `target` is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    def at(self, place: str) -> str:
        """The same address with another host, such as the number that its name was resolved to."""
        shown = f"[{place}]" if ":" in place and not place.startswith("[") else place
        return f"{self.scheme}://{shown}:{self.port}{self.target}"


@dataclass(frozen=True, slots=True)
class Route:
    """How to ask: the address to connect to, and the name that certificate and request speak of."""

    url: str
    host: str  # as the Host header
    name: str  # whose certificate must be shown


def own_origin(url: str) -> tuple[str, str, int]:
    """The operator's address of Graph, which is trusted: http and loopback too."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    return parts.scheme, shown, parts.port or USUAL_PORTS.get(parts.scheme, 0)


def parsed(url: str) -> Address:
    """Raises WrongAddress for whatever is not plainly `http(s)://host[:port]/path`."""
    found = ADDRESS.fullmatch(url) if len(url) <= 4096 else None
    if found is None:
        raise WrongAddress("not a plain web address")
    scheme = found["scheme"]
    port = int(found["port"] or USUAL_PORTS[scheme])
    if not 0 < port < 65536:
        raise WrongAddress("no such port")
    return Address(scheme, found["host"].lower(), port, found["target"] or "/")


async def route_to(url: str, own: tuple[str, str, int], resolve: Resolve) -> Route:
    """How this address may be asked with our token; raises WrongAddress when it may not.

    A name of Meta's is resolved once, every address that it has is checked, and one of those is connected to.
    OSError when the name cannot be resolved now.
    """
    address = parsed(url)
    if address.origin == own:
        shown = (
            address.host if address.port == USUAL_PORTS[address.scheme] else f"{address.host}:{address.port}"
        )
        return Route(address.at(address.host), shown, address.host)
    if (address.scheme, address.port) != ("https", 443) or not is_of_meta(address.host):
        raise WrongAddress("not a host of WhatsApp's")
    return await checked(address, resolve)


async def route_out(url: str, resolve: Resolve) -> Route:
    """How a page anywhere on the web may be asked, without any token of ours; raises as above."""
    address = parsed(url)
    if address.port != USUAL_PORTS[address.scheme]:
        raise WrongAddress("not a port of the web")
    return await checked(address, resolve)


async def checked(address: Address, resolve: Resolve) -> Route:
    """The name is resolved once; whoever connects does so to an address that was looked at."""
    places = await resolve(address.host)
    if not places or not all(is_public(place) for place in places):
        raise WrongAddress("a name that leads into a private network")
    chosen = next((place for place in places if ":" not in place), places[0])
    return Route(address.at(chosen), address.host, address.host)


def is_of_meta(host: str) -> bool:
    return any(host == known or host.endswith(f".{known}") for known in META_HOSTS)


def is_public(place: str) -> bool:
    """Whether an IP address belongs to the internet at large: not private, loopback, link-local, shared, reserved,
    multicast, and no IPv6 form that hides an IPv4 address."""
    try:
        address = ip_address(place)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and (address.scope_id or address not in INTERNET):
        return False
    is_excepted = any(address in network for network in NOT_PUBLIC)
    return address.is_global and not address.is_multicast and not is_excepted


async def by_the_system(host: str) -> Sequence[str]:
    """Every address of a name, as the machine's resolver knows it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]
