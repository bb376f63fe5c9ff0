"""Where files are kept: a folder, or the start stops and says what to do."""

from pathlib import Path

import pytest

from app.settings import DATA, Settings, WrongSettings, load_settings


def settings(**given: str) -> Settings:
    return load_settings(recado_env="test", secret_key="s" * 40, **given)


def test_without_the_variable_it_is_a_folder_beside_the_code() -> None:
    assert settings().media_folder == DATA / "media"


def test_a_folder_is_taken_with_whatever_its_name_holds(tmp_path: Path) -> None:
    folder = tmp_path / "mídia de clientes 100%"
    assert settings(media_url=folder.as_uri()).media_folder == folder


@pytest.mark.parametrize("url", ["gs://bucket/x", "s3://bucket", "s3://bucket/a/b/"])
def test_a_bucket_is_taken(url: str) -> None:
    assert settings(media_url=url).keeps_media_in_a_bucket


@pytest.mark.parametrize(
    "url",
    [
        *("data/media", "/data/media", "file:///", "file://host/x", "http://x/y", "memory://", "az://box/x"),
        *("s3://", "s3:///x", "s3://key:secret@bucket/x", "gs://bucket?x=1"),
    ],
)
def test_anything_else_is_refused_in_words(url: str) -> None:
    with pytest.raises(
        WrongSettings, match=r"^MEDIA_URL: must be a folder, file:///absolute/path, or a bucket"
    ):
        settings(media_url=url)
