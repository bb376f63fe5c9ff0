"""Addresses that somebody else chose: none leads into our own network, and the token goes to nobody else."""

from collections.abc import Sequence

import pytest

from app.media.guard import META_HOSTS, WrongAddress, is_public, own_origin, route_to
from app.whatsapp.files import Files, NotNow, NotThere
from tests.media.files import Canary, canary, redirecting

PRIVATE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0",  # noqa: S104 - refused, not listened at
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "198.18.0.1", "198.19.255.255", "192.0.0.8",
    "192.0.2.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "fe80::1%lo", "fc00::1", "fd00::1",
    "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1",
    "fec0::1", "not an address", "",
]  # fmt: skip
PUBLIC = ["157.240.0.35", "31.13.71.36", "2a03:2880:f003::1", "8.8.8.8"]

# PORT is the canary's: it listens on every address that is this machine.
HOSTILE = [
    "http://127.0.0.1:PORT/", "https://127.0.0.1:PORT/", "http://localhost:PORT/", "http://LOCALHOST:PORT/",
    "http://localhost.:PORT/", "http://127.1:PORT/", "http://127.0.1:PORT/", "http://0:PORT/", "http://0.0.0.0:PORT/",
    "http://2130706433:PORT/", "http://0x7f000001:PORT/", "http://0x7f.0.0.1:PORT/", "http://0177.0.0.1:PORT/",
    "http://017700000001:PORT/", "http://127.0.0.1.:PORT/", "http://[::1]:PORT/", "http://[::]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/", "http://[::ffff:7f00:1]:PORT/", "http://[0:0:0:0:0:0:0:1]:PORT/",
    "http://[64:ff9b::7f00:1]:PORT/", "http://[::1%25lo]:PORT/", "http://[fe80::1]:PORT/", "http://①②⑦.⓪.⓪.①:PORT/",
    "http://127。0。0。1:PORT/", "http://127.0.0.1:PORT\\@lookaside.fbsbx.com/", "http://127.0.0.1:PORT#@fbsbx.com/",
    "http://127.0.0.1:PORT?@fbsbx.com/", "http://lookaside.fbsbx.com@127.0.0.1:PORT/",
    "https://lookaside.fbsbx.com@127.0.0.1:PORT/", "http://lookaside.fbsbx.com:x@127.0.0.1:PORT/",
    "https://lookaside.fbsbx.com:443@127.0.0.1:PORT/", "https://lookaside.fbsbx.com\\@127.0.0.1:PORT/",
    "https://lookaside.fbsbx.com\\.127.0.0.1:PORT/", "https://lookaside.fbsbx.com%40127.0.0.1:PORT/",
    "https://lookaside.fbsbx.com%2f@127.0.0.1:PORT/", "https://lookaside.fbsbx.com:PORT/", "http://lookaside.fbsbx.com/",
    "https://lookaside.fbsbx.com.127.0.0.1.nip.io:PORT/", "https://fbsbx.com.evil.example:PORT/",
    "https://evilfbsbx.com:PORT/", "https://fbsbx.com.:PORT/", "https://127.0.0.1.nip.io:PORT/", "https://localtest.me:PORT/",
    "//127.0.0.1:PORT/", "///127.0.0.1:PORT/", "http:///127.0.0.1:PORT/", "http:/127.0.0.1:PORT/", "http:127.0.0.1:PORT/",
    "127.0.0.1:PORT/", " http://127.0.0.1:PORT/", "http://127.0.0.1:PORT/ ", "http://127.0.0.1 :PORT/",
    "http://127.0.0.1\t:PORT/", "http://127.0.0.1\r\n:PORT/", "https://lookaside.fbsbx.com\n@127.0.0.1:PORT/",
    "http://127.0.0.1\x00:PORT/", "HTTP://127.0.0.1:PORT/", "hTtPs://127.0.0.1:PORT/", "ftp://127.0.0.1:PORT/",
    "file:///etc/passwd", "gopher://127.0.0.1:PORT/_GET", "dict://127.0.0.1:PORT/", "data:text/plain,hi",
    "javascript:alert(1)", "jar:http://127.0.0.1:PORT/!/", "unix:/var/run/docker.sock", "ws://127.0.0.1:PORT/",
    "http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/", "http://[fd00:ec2::254]/latest/",
    "http://100.100.100.200/", "https://graph.facebook.com:PORT/", "https://graph.facebook.com.:443/", "", "/", "?",
    "http://", "https://", "http://:PORT/", "https://lookaside.fbsbx.com:0/", "https://lookaside.fbsbx.com:99999/",
    "https://lookaside.fbsbx.com:/", "https://-lookaside.fbsbx.com-:PORT/", "https://" + "a" * 5000 + ".fbsbx.com/",
    # numbers in every base and length, and letters of other scripts that some parsers read as digits or dots
    "http://127.0.1:PORT/x", "http://127.65535:PORT/", "http://0x7f.1:PORT/", "http://0x7F.0x0.0x0.0x1:PORT/",
    "http://0177.0.1:PORT/", "http://0177.0x0.0.1:PORT/", "http://00000177.0.0.1:PORT/", "http://127.0.0.01:PORT/",
    "http://127.000.000.001:PORT/", "http://4294967297:PORT/", "http://18446744071562067969:PORT/", "http://0x17f000001:PORT/",
    "https://2130706433/", "https://0x7f000001/", "https://127.1/", "https://0/", "https://0x0/", "https://127.0.0.1/",
    "http://１２７.0.0.1:PORT/", "http://١٢٧.٠.٠.١:PORT/", "http://१२७.०.०.१:PORT/", "http://127．0．0．1:PORT/",
    "http://127｡0｡0｡1:PORT/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/", "http://ＬＯＣＡＬＨＯＳＴ:PORT/", "http://locaⅼhost:PORT/", "https://ｆbsbx.com:PORT/",
    "https://fbsbx。com:PORT/",
    "https://fbsbх.com/", "https://xn--fbsb-5ve.com:PORT/", "https://lookaside.fbsbx.com\u200b.localhost:PORT/",
    # IPv6: mapped, compatible, translated, scoped, in unusual letters
    "http://[::ffff:0:127.0.0.1]:PORT/", "http://[::127.0.0.1]:PORT/", "http://[0000::1]:PORT/", "http://[::0001]:PORT/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/", "http://[::FFFF:7F00:0001]:PORT/", "http://[64:ff9b:1::7f00:1]:PORT/",
    "http://[2002:7f00:1::]:PORT/", "http://[2001:0:7f00:1::]:PORT/", "http://[fec0::1]:PORT/", "http://[fc00::1]:PORT/",
    "http://[::1]PORT/", "http://[::1:PORT/", "http://::1:PORT/", "http://[::1%lo]:PORT/", "http://[::1%25]:PORT/",
    "https://[::1]/",
    "https://[::ffff:169.254.169.254]/", "https://[fe80::a9fe:a9fe]/", "http://[v1.127.0.0.1]:PORT/",
    "http://[127.0.0.1]:PORT/",
    # who is user, host, port, path or fragment, told apart differently
    "https://fbsbx.com:443:PORT/", "https://fbsbx.com:PORT:443/", "https://fbsbx.com:0443@127.0.0.1:PORT/",
    "https://a:b:c@127.0.0.1:PORT/",
    "https://@127.0.0.1:PORT/", "https://:@127.0.0.1:PORT/", "https://fbsbx.com;127.0.0.1:PORT/",
    "https://fbsbx.com,127.0.0.1:PORT/",
    "https://fbsbx.com&@127.0.0.1:PORT#@fbsbx.com/", "https://127.0.0.1:PORT\\.fbsbx.com/",
    "https://127.0.0.1:PORT\\fbsbx.com/",
    "https:\\\\127.0.0.1:PORT\\", "https:/\\127.0.0.1:PORT/", "https:///fbsbx.com@127.0.0.1:PORT/",
    "https://127.0.0.1:PORT%23.fbsbx.com/",
    "https://127.0.0.1:PORT%2f.fbsbx.com/", "https://127.0.0.1%00.fbsbx.com:PORT/", "https://127.0.0.1%09.fbsbx.com:PORT/",
    "https://127.0.0.1\u2028.fbsbx.com/", "https://127.0.0.1\x0b.fbsbx.com/", "https://127.0.0.1\x7f.fbsbx.com/",
    "https://127.0.0.1;.fbsbx.com/",
    "https://fbsbx.com?.127.0.0.1:PORT/", "https://fbsbx.com#.127.0.0.1:PORT/", "https://[fbsbx.com]:PORT/",
    "https://fbsbx.com:+443/",
    "https://fbsbx.com:-443/", "https://fbsbx.com:443abc/", "https://fbsbx.com:４４３/", "https://fbsbx.com:65979/",
    "https://fbsbx.com:80/",
    "https://fbsbx.com:8443/", "http://fbsbx.com:443/", "https://fbsbx.com /", "https://fbsbx.com/a b",
    "https://fbsbx.com/\r\nHost: 127.0.0.1",
    "https://fbsbx.com/\tx", "https://fbsbx.com/ção", "https://fbsbx.com/\x00",
    # names that only look like Meta's, or lead home
    "https://fbsbx.com.localhost:PORT/", "https://.fbsbx.com:PORT/", "https://fbsbx.com..:PORT/", "https://fbsbx..com:PORT/",
    "https://fbsbx.co:PORT/", "https://notfbcdn.net/", "https://fbcdn.net.evil.example/", "https://whatsapp.net-evil.example/",
    "https://facebook.com.br/", "https://my-facebook.com/", "https://localhost.localdomain:PORT/",
    "https://ip6-localhost:PORT/",
    "https://0.0.0.0.nip.io/", "https://169-254-169-254.nip.io/", "https://kubernetes.default.svc/",
    "https://host.docker.internal:PORT/",
    # other ways to ask
    "ldap://127.0.0.1:PORT/", "tftp://127.0.0.1:PORT/x", "sftp://127.0.0.1:PORT/", "wss://127.0.0.1:PORT/",
    "http+unix://%2Fvar%2Frun%2Fx/",
    "https+http://127.0.0.1:PORT/", "view-source:http://127.0.0.1:PORT/", "url:http://127.0.0.1:PORT/",
    "feed:http://127.0.0.1:PORT/",
    "blob:http://127.0.0.1:PORT/x", "about:blank", "mailto:a@127.0.0.1", "netdoc:///etc/passwd",
    "php://filter/resource=x", "s3://bucket/x",
    "file://127.0.0.1/etc/passwd", "file:/etc/passwd", "\\\\127.0.0.1\\share", "http;//127.0.0.1:PORT/",
    "http//127.0.0.1:PORT/",
]  # fmt: skip
OWN = own_origin("http://127.0.0.1:9")


class Nothing:
    async def write(self, chunk: bytes) -> None:
        raise AssertionError("something came")


class Names:
    """A resolver in a stranger's hand: it leads every name to these places."""

    def __init__(self, places: Sequence[str]) -> None:
        self.places = places
        self.asked: list[str] = []

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        return self.places


async def asks(files: Files, url: str, stranger: Canary) -> None:
    with pytest.raises(WrongAddress):
        await files.download(url.replace("PORT", str(stranger.port)), "a-token", Nothing(), most_bytes=10)


async def test_no_hostile_address_is_asked_for_anything() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 150
    names = Names([])
    async with (
        canary() as stranger,
        Files("https://graph.facebook.com", "v26.0", resolve=names) as files,
    ):
        for url in HOSTILE:
            await asks(files, url, stranger)
        assert stranger.heard == []
    assert names.asked == [], "refused by its looks, before anybody is asked where it leads"


REBOUND = [
    ["157.240.0.35", "127.0.0.1"],  # one honest, one not
    ["127.0.0.1", "157.240.0.35"],
    ["::ffff:127.0.0.1"],
    ["2a03:2880:f003::1", "fd00::1"],
]


@pytest.mark.parametrize("places", REBOUND, ids=str)
@pytest.mark.parametrize(
    "url", ["https://lookaside.fbsbx.com/x", "https://fbsbx.com:443/x", "https://X.FBCDN.net/?a=b"]
)
async def test_a_name_of_metas_in_a_strangers_hand_reaches_nothing(url: str, places: list[str]) -> None:
    async with (
        canary() as stranger,
        Files("https://graph.facebook.com", "v26.0", resolve=Names(places)) as files,
    ):
        await asks(files, url, stranger)
        assert stranger.heard == []


AWAY = [
    "http://127.0.0.1:PORT/", "//127.0.0.1:PORT/", "https://127.0.0.1:PORT/", "http://localhost:PORT/", "http://[::1]:PORT/",
    "http://2130706433:PORT/", "http://127.0.0.1:PORT\\@OWN/", "http://OWN@127.0.0.1:PORT/", "file:///etc/passwd",
    "///127.0.0.1:PORT/",
    "/\\127.0.0.1:PORT/", "\\\\127.0.0.1:PORT/", "https://lookaside.fbsbx.com/", "javascript:alert(1)", "x/../y",
]  # fmt: skip


async def test_no_redirect_leads_elsewhere() -> None:
    """The operator's own Graph answers with a Location of somebody's choosing."""
    async with canary() as stranger, redirecting() as own:
        names = Names(["157.240.0.35", "127.0.0.1"])
        async with Files(own.address, "v26.0", resolve=names) as files:
            for place in AWAY:
                own.location = place.replace("OWN", own.address.removeprefix("http://")).replace(
                    "PORT", str(stranger.port)
                )
                with pytest.raises((WrongAddress, NotNow, NotThere)):
                    await files.download(f"{own.address}/file", "a-token", Nothing(), most_bytes=10)
        assert stranger.heard == []
        assert names.asked == ["lookaside.fbsbx.com"], (
            "another host of Meta's is as good, and checked as the first was"
        )


@pytest.mark.parametrize("place", PRIVATE)
async def test_a_name_of_metas_that_leads_into_a_private_network_is_not_asked(place: str) -> None:
    """Alone, or hidden behind an honest address."""
    for places in ([place], ["157.240.0.35", place]):
        async with canary() as stranger:
            resolver = Names(places)
            async with Files("https://graph.facebook.com", "v26.0", resolve=resolver) as files:
                await asks(files, "https://lookaside.fbsbx.com/file", stranger)
            assert resolver.asked == ["lookaside.fbsbx.com"]
            assert stranger.heard == []


async def test_a_name_that_leads_nowhere_is_not_asked() -> None:
    with pytest.raises(WrongAddress):
        await route_to("https://lookaside.fbsbx.com/x", OWN, Names([]))


@pytest.mark.parametrize("place", PUBLIC)
def test_an_address_of_the_internet_is_public(place: str) -> None:
    assert is_public(place)


@pytest.mark.parametrize(
    "host", [*META_HOSTS, "lookaside.fbsbx.com", "scontent-gru1-1.xx.fbcdn.net", "mmg.whatsapp.net"]
)
async def test_metas_own_hosts_are_asked_at_the_very_address_that_was_checked(host: str) -> None:
    resolver = Names(["2a03:2880:f003::1", "157.240.0.35"])
    route = await route_to(f"https://{host.upper()}/whatsapp/?mid=1&hash=a%2Fb", OWN, resolver)
    assert route.url == "https://157.240.0.35:443/whatsapp/?mid=1&hash=a%2Fb"
    assert (route.host, route.name) == (host, host)
    assert resolver.asked == [host]


async def test_where_there_is_only_ipv6_that_is_used() -> None:
    route = await route_to("https://fbsbx.com/x", OWN, Names(["2a03:2880:f003::1"]))
    assert route.url == "https://[2a03:2880:f003::1]:443/x"


async def test_the_operators_own_address_is_trusted_with_its_scheme_and_port_and_no_other() -> None:
    resolver = Names([])
    route = await route_to("http://127.0.0.1:9/files/1?x=2", OWN, resolver)
    assert (route.url, route.host) == ("http://127.0.0.1:9/files/1?x=2", "127.0.0.1:9")
    for other in (
        "http://127.0.0.1:10/",
        "https://127.0.0.1:9/",
        "http://127.0.0.2:9/",
        "http://localhost:9/",
    ):
        with pytest.raises(WrongAddress):
            await route_to(other, OWN, resolver)
    assert resolver.asked == []
