"""Pictures: opened with care, turned upright, stripped of where and by whom they were taken, made to fit."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from app.media.caution import MOST_PIXELS, MOST_SCANS, TooMuch, reading_strangers

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
MOST_BYTES = 5_000_000  # of WhatsApp's image
STICKER_SIDE, STICKER_BYTES, MOVING_STICKER_BYTES = 512, 100_000, 500_000
PREVIEW_SIDE = 640
MODEL_SIDE = 1568  # pixels; Claude makes larger pictures smaller itself
ORIENTATION = 0x0112
# How each of EXIF's ways to hold a camera is made good.
UPRIGHT = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
LARGE_PIXELS = 16_000_000  # a telephone's usual picture is smaller; one at the limit takes 400 MB
one_large = Lock()  # of both threads, one at a time has so much in its hands
LONGEST_PROFILE = 65_536  # bytes; a colour profile of a camera has some hundred


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's file. `width` and `height` in pixels, as it is looked at."""

    path: Path
    mime: str
    width: int
    height: int


@contextmanager
def opened(file: Path) -> Iterator["Image"]:
    """The picture, of which only the header has been read; raises Damaged or TooMuch, also from within the block."""
    from PIL import Image
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)
    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    with reading_strangers():
        try:
            with Image.open(file, formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS or has_many_scans(image, file):
                    raise TooMuch
                with one_large if image.width * image.height > LARGE_PIXELS else nullcontext():
                    yield image
        except bombs as bomb:
            raise TooMuch from bomb


def has_many_scans(image: "Image", file: Path) -> bool:
    return image.format in ("JPEG", "MPO") and file.read_bytes().count(b"\xff\xda") > MOST_SCANS


def moves(file: Path) -> bool:
    """Whether it is a GIF of more than one picture; raises Damaged or TooMuch."""
    with opened(file) as image:
        return image.format == "GIF" and getattr(image, "is_animated", False)


def as_picture(file: Path, into: Path) -> Picture:
    """A JPEG or PNG that WhatsApp takes, written to `into`. Nothing of the camera's notes (place, time, device) stays."""
    is_small = file.stat().st_size <= MOST_BYTES
    with opened(file) as image:
        if is_small and image.format == "JPEG" and image.mode in ("L", "RGB") and turns_of(image) == 1:
            forget(image)
            image.save(into, "JPEG", quality="keep", comment=b"")  # not a single colour changes
            if into.stat().st_size <= MOST_BYTES:
                return Picture(into, "image/jpeg", image.width, image.height)
        is_png = image.format == "PNG" and is_small
        upright = turned(image)
        return fitting(upright, into, "PNG" if is_png or upright.mode == "RGBA" else "JPEG", quality=90)


def fitting(image: "Image", into: Path, kind: str, **how: Any) -> Picture:
    """Saved, and made smaller until WhatsApp takes it."""
    while True:
        image.save(into, kind, **how)
        bytes_ = into.stat().st_size
        if bytes_ <= MOST_BYTES:
            return Picture(into, f"image/{kind.lower()}", image.width, image.height)
        share = min(0.9, 0.95 * (MOST_BYTES / bytes_) ** 0.5)
        image.thumbnail((int(image.width * share), int(image.height * share)))


def as_sticker(file: Path, into: Path) -> Picture:
    """A WebP of 512 × 512 in a transparent square; one that moves stays as it is or loses all but its first picture."""
    from PIL import Image, ImageOps

    with opened(file) as image:
        if image.format == "WEBP" and is_a_sticker(image, file):
            return Picture(file, "image/webp", image.width, image.height)
        small = turned(image).convert("RGBA")
        side = STICKER_SIDE
        drawn = ImageOps.contain(small, (side, side))
        square = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        square.paste(drawn, ((side - drawn.width) // 2, (side - drawn.height) // 2))
        for quality in (90, 75, 60, 40, 20, 5):
            square.save(into, "WEBP", quality=quality, method=4)
            if into.stat().st_size <= STICKER_BYTES:
                return Picture(into, "image/webp", side, side)
    raise TooMuch


def is_a_sticker(image: "Image", file: Path) -> bool:
    limit = MOVING_STICKER_BYTES if getattr(image, "is_animated", False) else STICKER_BYTES
    return image.size == (STICKER_SIDE, STICKER_SIDE) and file.stat().st_size <= limit


def preview(file: Path) -> tuple[bytes, int, int]:
    """A small WebP to show at once, and the picture's own width and height."""
    with opened(file) as image:
        width, height = size_of(image)
        image.draft("RGB", (PREVIEW_SIDE, PREVIEW_SIDE))
        small = turned(image)
        small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
        return as_webp(small), width, height


def for_a_model(file: Path) -> bytes:
    """A JPEG that is no larger than a model looks at, upright, of its first picture; raises Damaged or TooMuch."""
    from PIL import Image

    with opened(file) as image:
        image.draft("RGB", (MODEL_SIDE, MODEL_SIDE))
        small = turned(image)
        small.thumbnail((MODEL_SIDE, MODEL_SIDE))
        if small.mode == "RGBA":
            white = Image.new("RGBA", small.size, "white")
            small = Image.alpha_composite(white, small).convert("RGB")
        written = BytesIO()
        small.save(written, "JPEG", quality=85)
        return written.getvalue()


def as_webp(image: "Image") -> bytes:
    written = BytesIO()
    image.save(written, "WEBP", quality=75, method=2)
    return written.getvalue()


def size(file: Path) -> tuple[int, int]:
    """Width and height, by the header alone; raises Damaged or TooMuch."""
    with opened(file) as image:
        return size_of(image)


def size_of(image: "Image") -> tuple[int, int]:
    return (image.height, image.width) if turns_of(image) >= 5 else image.size


def turned(image: "Image") -> "Image":
    """Upright, with eight bits a colour, and with nothing noted beside it but its colours' profile."""
    from PIL.Image import Transpose

    profile = image.info.get("icc_profile") if image.mode != "CMYK" else None
    upright = eight_bits(image)
    if (turns := turns_of(image)) > 1:
        upright = upright.transpose(Transpose[UPRIGHT[turns]])
    forget(upright, profile)
    return upright


def eight_bits(image: "Image") -> "Image":
    """RGBA where something shines through, else RGB."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    clear = image if image.mode == "RGBA" else image.convert("RGBA")  # else a copy of all its pixels
    least = clear.getchannel("A").getextrema()[0]
    return clear if least != 255 else clear.convert("RGB")


def turns_of(image: "Image") -> int:
    """How the camera was held, as EXIF counts: 1 is upright, from 5 on the picture lies on its side. Nonsense says 1."""
    told = 1
    with suppress(Exception):  # a picture is no worse for what stands beside it
        told = image.getexif().get(ORIENTATION, 1)
    return told if told in UPRIGHT else 1


def forget(image: "Image", profile: bytes | None = None) -> None:
    profile = profile or image.info.get("icc_profile")
    image.info.clear()
    if profile and len(profile) <= LONGEST_PROFILE:
        image.info["icc_profile"] = profile
