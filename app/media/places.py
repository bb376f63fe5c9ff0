"""Which store MEDIA_URL names."""

from app.media.bucket import Bucket
from app.media.folder import Folder
from app.media.store import Store
from app.settings import Settings


def store_of(settings: Settings) -> Store:
    return Bucket(settings.media_url) if settings.keeps_media_in_a_bucket else Folder(settings.media_folder)
