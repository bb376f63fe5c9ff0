"""Static files: for ever when the address carries the file's hash, asked again otherwise."""

from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.settings import HOME

FOR_EVER = "public, max-age=31536000, immutable"


class HashedFiles(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response: Any = await super().get_response(path, scope)
        is_named = b"v=" in scope.get("query_string", b"")
        response.headers["Cache-Control"] = FOR_EVER if is_named else "no-cache"
        return response  # type: ignore[no-any-return]


async def favicon(request: Request) -> Response:
    """For browsers that ask without being told; the pages name the same picture themselves."""
    return FileResponse(HOME / "static" / "img" / "favicon.svg", media_type="image/svg+xml")
