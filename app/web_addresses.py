"""What a browser may be sent to, and what is on this machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit

LONGEST = 2000


def is_web_address(url: str) -> bool:
    """Of the web, of reasonable length, and without a name or a password in it, which only make it look like another."""
    try:
        parts = urlsplit(url)
        is_of_the_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False
    return is_of_the_web and len(url) <= LONGEST and url.isprintable() and " " not in url


def is_loopback(url: str) -> bool:
    """Whether this address is on this machine: a proxy from the environment must not stand between."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
