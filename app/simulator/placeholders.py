"""Small real files for the attachments that customers send."""

import struct
import zlib
from base64 import b85decode
from dataclasses import dataclass
from functools import cache
from io import BytesIO


@dataclass(frozen=True, slots=True)
class Placeholder:
    mime_type: str
    filename: str
    data: bytes


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _picture(width: int = 320, height: int = 240) -> bytes:
    """A PNG with a soft gradient, so that it can be told from a broken image."""
    rows = b"".join(
        b"\x00" + b"".join(bytes((120 + x // 4, 160 + y // 4, 200 - x // 4)) for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = (
        _png_chunk(b"IHDR", header) + _png_chunk(b"IDAT", zlib.compress(rows, 9)) + _png_chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + body


def _ogg_checksum(page: bytes) -> int:
    """Ogg's CRC-32: polynomial 0x04C11DB7, not reflected, starting from zero."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


def _ogg_page(sequence: int, flags: int, granule: int, packets: list[bytes]) -> bytes:
    head = struct.pack("<4sBBQII", b"OggS", 0, flags, granule, 20261, sequence)
    tail = bytes([len(packets)]) + bytes(map(len, packets)) + b"".join(packets)
    checksum = _ogg_checksum(head + bytes(4) + tail)
    return head + struct.pack("<I", checksum) + tail


def _silent_voice(seconds: int = 2) -> bytes:
    """A mono Ogg Opus file of silence: fifty 20 ms frames a second."""
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, 312, 48_000, 0, 0)
    tags = struct.pack("<8sI6sI", b"OpusTags", 6, b"recado", 0)
    frames = [b"\xf8\xff\xfe"] * (seconds * 50)
    pages = [_ogg_page(0, 2, 0, [head]), _ogg_page(1, 0, 0, [tags])]
    return b"".join([*pages, _ogg_page(2, 4, seconds * 48_000, frames)])


def _sticker() -> bytes:
    """A round face on nothing, 512 by 512 as WhatsApp's stickers are."""
    from PIL import Image, ImageDraw  # loaded only by who plays with it

    picture = Image.new("RGBA", (512, 512))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((32, 32, 480, 480), fill="#ffcc4d", outline="white", width=16)
    pen.ellipse((156, 170, 206, 250), fill="#664500")
    pen.ellipse((306, 170, 356, 250), fill="#664500")
    pen.chord((136, 240, 376, 420), 0, 180, fill="#664500")
    with BytesIO() as file:
        picture.save(file, "WEBP", quality=80)
        return file.getvalue()


_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
# Two seconds of H.264, 160 x 120: a bright patch that wanders to the right. Packed, as it is mostly alike.
_MP4 = (
    b"c-muNU{FXasVvAW&d+6FU}6B#Kx~v)mTZ_?U}DI?z$~AepI^qnz>t$$mXX4M0+?SgFtA@>U}OLx1Ykr}h0b?izzdjwD6ga_F&oH^"
    b"Dai)g$&6_l&|U`o_F%Pl0T5S!xhknCCB;BmCN-zH1fc_JE?6()v)q)-L?A;UHwE4A8bBPt5PAg6(alK7DT2wAWu~Mes|*A3^F0#t"
    b"QgTv3Y8WTxX6B^<86su5U_+6esgeSblSwH`O+)eqPiaw(0))*NSX`2n17vS3E-6kyQnL^gX*hxc<namy4<PM<Qw2JZ`2QbBngdOB"
    b"W=vt=`TvkXG95^-@lg^{{&WZwDNG<jL{1|_nUR4#<ApPex6*;XKYoBTizJm4K|_^S24-M!2{^=I)^jm1aDdeUJ%TI_!ZJXyWHd1@"
    b"C~X6jt3q-pNPI33M*y)W)Qce64~V^h*ae8afjAIiS8_hWTxNeDZCjdB0*YnR+*B|P0*c5n3QPq>i3J5Y$f3iL2}w2_X+^22AcJyK"
    b"5<z_L)Q%?J`hP5zmj#whxwAyiWv&ZL^gX8Ci}oDl`2YP~rm^=zR*S9Q?Fyb(^5*tF<@Q`AY2RS-BJqRdvJPeOOFv$=G4Q{3)V@7^"
    b"r4m2L{i&=<3Qh9ID>drghyGu3&qyw0B72<q1&>D;3;0sS{8i5#W;EOwrBvu7|MY#1Xs*ANN$j=)wRviLB#$rOYvB^zz%V6g&9Utv"
    b"-JGE0<v2^W<NAMwFyRXg4w}0kW%C6uU9`;d*Rj@V)7KTs-*SAq<n$k)Ivqz=wf3a+|5sk}Tz%43|1VCVZ_5>ve%8449%>T%qJ#4%"
    b"D}O%O;dmwa7QajbP`$k4EbR}DlQmns|1-Q$jQg?cgp78_srBujzDNsu9+}(;RH6hlvg?mP%Be)T|5wEl=YC^Iu2$~Mu5Fpc|8P=N"
    b"zT!gt?Lbw^j<YOn1S*YY2(D-Fn0n6TQ_5bGOm*1;hs}o?W7h}&lDu~wlnrEohV}Wg$oVW|ss3NdtH*OfQLTJGQ<d_;8Raf4VB2PS"
    b")(F)3EMt`V&-82VgiHArOPYI)Iq#f`u3y8+`dKBA73^$QwMp?T@{=_i-1mENec9LfQIhFN-ivs}_N8JGYa1aU7P&{D9;iZ4pJ8I`"
    b"yc09UU%zIH<9C!z(A!YCNI@&ed4VR>d(-k+<e!{MV9EY(<+kx$Zq0?(rBkj=WD@yR^@_=F;zo$GGXDtF0~G<?#bC+SepvUJ&AY#)"
    b"j3T?gv|hV;nYR>VrvlKdS@kUPKaFNExb4@ysNAuBezvyrW##_W*>$|?4U!O(D*9RE|M@Iq0NTf3C~{@~i`7h@Lh6H?nL3_Eyq<gB"
    b"5~xZFXwp38gY5r-?g!c^>*Mk7<*z-Hm6=!+fwHQOvpVLp$b%$-_AqEwujP@E%HxXrH0eZt<c7Z2X3x$?Gj9MYlmi;GNF8Vl(BTY%"
    b">xEWKV)S~fv$^$`zlmLY!+xL&ZO2(N)&q?KDPRF6f^=b?2S2laUs#oNCXZ8X`_<;NB~LP$%zb&by>5USxJ(;pAjpf1LjT22+>t)E"
    b"OzWkW@-;n^dA|WZy}X?"
)


@cache
def placeholder(kind: str) -> Placeholder:
    """A file for `image`, `video`, `document`, `audio` or `sticker`. KeyError for anything else."""
    makers = {
        "image": lambda: Placeholder("image/png", "foto.png", _picture()),
        "video": lambda: Placeholder("video/mp4", "video.mp4", zlib.decompress(b85decode(_MP4))),
        "document": lambda: Placeholder("application/pdf", "comprovante.pdf", _PDF),
        "audio": lambda: Placeholder("audio/ogg; codecs=opus", "voz.ogg", _silent_voice()),
        "sticker": lambda: Placeholder("image/webp", "figurinha.webp", _sticker()),
    }
    return makers[kind]()
