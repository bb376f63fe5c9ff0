"""An S3 of a few lines over HTTP: one bucket in memory, with ranges and uploads in parts. Signatures are not checked."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import md5
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.simulator.serve import address_of, listening, served

WRITTEN = "2020-11-26T12:00:00.000Z"


@dataclass
class FakeS3:
    """`objects` by key; `asked` is what came in: method, key, Range; `address` for the client."""

    objects: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    address: str = ""

    async def answer(self, request: Request) -> Response:
        key = request.path_params.get("key", "")
        self.asked.append((request.method, key, request.headers.get("range")))
        if not request.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 Credential=an-id/"):
            return Response(status_code=403)
        match request.method:
            case "GET" if not key:
                return self.listed(request.query_params.get("prefix", ""))
            case "GET" | "HEAD":
                return self.read(request, key)
            case "PUT":
                return await self.write(request, key)
            case "POST" if key:
                return await self.in_parts(request, key)
            case _:
                return await self.removed(request)

    def read(self, request: Request, key: str) -> Response:
        content = self.objects.get(key)
        if content is None:
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404, media_type="application/xml")
        headers = {"ETag": tag(content), "Last-Modified": "Thu, 26 Nov 2026 12:00:00 GMT"}
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("range", ""))
        if asked is None:
            return Response(content, headers=headers)
        first, last = int(asked[1]), min(int(asked[2]), len(content) - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        return Response(content[first : last + 1], 206, headers)

    async def write(self, request: Request, key: str) -> Response:
        content, upload = await request.body(), request.query_params.get("uploadId")
        if upload is None:
            self.objects[key] = content
        else:
            self.parts[upload][int(request.query_params["partNumber"])] = content
        return Response(headers={"ETag": tag(content)})

    async def in_parts(self, request: Request, key: str) -> Response:
        upload = request.query_params.get("uploadId")
        if upload is None:
            upload = f"upload-{len(self.parts) + 1}"
            self.parts[upload] = {}
            words = f"<Bucket>b</Bucket><Key>{escape(key)}</Key><UploadId>{upload}</UploadId>"
            return xml("InitiateMultipartUploadResult", words)
        self.objects[key] = b"".join(content for _, content in sorted(self.parts[upload].items()))
        return xml("CompleteMultipartUploadResult", f"<ETag>{escape(tag(self.objects[key]))}</ETag>")

    async def removed(self, request: Request) -> Response:
        gone = re.findall(r"<Key>([^<]+)</Key>", (await request.body()).decode())
        for key in gone:
            self.objects.pop(key, None)
        return xml("DeleteResult", "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in gone))

    def listed(self, prefix: str) -> Response:
        known = {key: content for key, content in self.objects.items() if key.startswith(prefix)}
        words = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{WRITTEN}</LastModified>"
            f"<ETag>{escape(tag(content))}</ETag><Size>{len(content)}</Size></Contents>"
            for key, content in known.items()
        )
        return xml(
            "ListBucketResult", f"<IsTruncated>false</IsTruncated><KeyCount>{len(known)}</KeyCount>{words}"
        )


def tag(content: bytes) -> str:
    return f'"{md5(content, usedforsecurity=False).hexdigest()}"'


def xml(name: str, words: str) -> Response:
    return Response(f"<{name}>{words}</{name}>", media_type="application/xml")


@asynccontextmanager
async def fake_s3() -> AsyncIterator[FakeS3]:
    made = FakeS3()
    methods = ["GET", "HEAD", "PUT", "POST"]
    app = Starlette(
        routes=[
            Route("/b", made.answer, methods=methods),
            Route("/b/{key:path}", made.answer, methods=methods),
        ]
    )
    with listening() as listener:
        made.address = address_of(listener)
        async with served(app, listener):
            yield made
