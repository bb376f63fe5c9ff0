"""Whether a changing request was made by one of our own pages, from what the browser says about it."""

from urllib.parse import urlsplit

Origin = tuple[str, str, int]  # scheme, host, port

DEFAULT_PORTS = {"http": 80, "https": 443}
OWN_SITES = {"same-origin", "none"}  # `none`: typed into the address bar, or a bookmark


def comes_from_us(
    *, origin: str | None, fetch_site: str | None, host: str, scheme: str, public_url: str
) -> bool:
    """Old browsers and programs leave either header out; one that is there must be right.

    Neither can be forged by a page. A sibling subdomain is "same-site", and not us.
    """
    if fetch_site is not None and fetch_site not in OWN_SITES:
        return False
    return origin is None or origin_of(origin) in own_origins(host, scheme, public_url)


def own_origins(host: str, scheme: str, public_url: str) -> set[Origin]:
    """Where our pages live: PUBLIC_URL, and the host that was asked.

    Without PUBLIC_URL nobody can tell whether a proxy in front speaks https, so both schemes count.
    """
    schemes = {scheme} if public_url else {"http", "https"}
    addresses = {f"{each}://{host}" for each in schemes} | {public_url}
    return {origin for origin in map(origin_of, addresses) if origin is not None}


def origin_of(address: str) -> Origin | None:
    """The origin of an http address; None for anything else, `null` too."""
    try:
        parts = urlsplit(address)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None or parts.username is not None:
        return None
    return parts.scheme, parts.hostname, port
