import hashlib
import re
from pathlib import Path
from xml.etree import ElementTree

VENDOR = Path(__file__).parent.parent / "static" / "vendor"
MANIFEST = (VENDOR / "VERSIONS.md").read_text()


def test_every_vendored_file_is_the_one_that_was_fetched() -> None:
    promised = dict(re.findall(r"^\| `(\S+)` \|.*`([0-9a-f]{64})` \|$", MANIFEST, re.MULTILINE))
    found = {
        file.relative_to(VENDOR).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in VENDOR.rglob("*")
        if file.is_file() and file.name != "VERSIONS.md"
    }
    assert found == promised


def test_every_vendored_package_comes_with_its_licence() -> None:
    packages = set(re.findall(r"^\| `\S+` \| (\S+) \|", MANIFEST, re.MULTILINE))
    licensed = set(re.findall(r"^\| `\S+\.LICENSE\.txt` \| (\S+) \|", MANIFEST, re.MULTILINE))
    assert packages
    assert packages == licensed


def test_every_icon_can_be_drawn_by_its_name() -> None:
    sprite = ElementTree.parse(VENDOR / "icons.svg").getroot()  # noqa: S314 (our own file)
    names = [symbol.get("id") for symbol in sprite]
    assert "send" in names
    assert len(set(names)) == len(names)
    assert all(symbol.get("viewBox") and len(symbol) for symbol in sprite)
