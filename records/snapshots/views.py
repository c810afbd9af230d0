"""Snapshots: which there are, what is in each, and their files, of which any part can be asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from rest_framework import serializers

from config.api.caching import CACHE_CONTROL, answer, tagged
from config.api.formats import FORMAT, Format, StrictNegotiation
from config.api.problems import Problem
from config.api.views import Operation, PlainView, ReadView
from records.snapshots.folder import LATEST, find, snapshots

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from django.http.response import HttpResponseBase
    from rest_framework.renderers import BaseRenderer
    from rest_framework.request import Request

    from records.snapshots.folder import Snapshot

#: What never changes may be kept for a year, which is as long as caches take.
KEEP = "public, max-age=31536000, immutable"
#: Nothing on the way may compress a file: ranges and hashes are of its bytes as they are.
AS_IT_IS = "no-transform"
#: Bytes that are read at once.
PIECE = 1 << 18

# One range in ASCII digits; lists of ranges are answered with the whole file, as RFC 9110 allows (section 14.2).
_RANGE = re.compile(r"bytes=([0-9]{1,18})?-([0-9]{1,18})?", re.ASCII)


class SnapshotFileSerializer(serializers.Serializer[Any]):
    """A file of a snapshot."""

    name = serializers.CharField(help_text="Its name, which is its address below the snapshot's.")
    object = serializers.CharField(
        allow_null=True, help_text="The kind of record that it holds; null where it holds none."
    )
    format = serializers.CharField(help_text="`ndjson`, `csv`, `json` or `markdown`.")
    compression = serializers.CharField(
        allow_null=True, help_text="`gzip`; null where it is not compressed."
    )
    count = serializers.IntegerField(
        allow_null=True, help_text="How many records it holds; null where it holds none."
    )
    bytes = serializers.IntegerField(help_text="Its size in bytes.")
    sha256 = serializers.CharField(help_text="The SHA-256 of its bytes, in hexadecimal digits.")


class SnapshotLicenceSerializer(serializers.Serializer[Any]):
    """The licence under which the data may be used."""

    name = serializers.CharField(help_text="Its name.")
    url = serializers.CharField(allow_null=True, help_text="Its address; null without one.")


class SnapshotSourcesSerializer(serializers.Serializer[Any]):
    """Sources of one publisher under one licence. Each of them is a record of the snapshot."""

    publisher = serializers.CharField(
        allow_null=True, help_text="Who published them; null where that is not known."
    )
    licence = serializers.CharField(
        allow_null=True, help_text="The licence that they state; null where that is not known."
    )
    count = serializers.IntegerField(help_text="How many they are.")


class SnapshotSerializer(serializers.Serializer[Any]):
    """What is in a snapshot: all that was public at one position of the change feed."""

    name = serializers.CharField(
        help_text="The day on which it was made, in UTC (`2026-11-28`); from the second one of a day on with its number"
        " (`2026-11-28-2`)."
    )
    made_at = serializers.DateTimeField(help_text="When it was finished (UTC).")
    position = serializers.IntegerField(
        help_text="The position of the change feed: the changes after it bring a copy up to date."
    )
    schema_version = serializers.CharField(help_text="`info.version` of the schema in it.")
    licence = SnapshotLicenceSerializer()
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many records there are, by their kind."
    )
    sources = SnapshotSourcesSerializer(many=True)
    files = SnapshotFileSerializer(many=True)


class SnapshotSummarySerializer(serializers.Serializer[Any]):
    """A snapshot, as the list has it."""

    name = serializers.CharField(help_text="Its name, as in its manifest.")
    url = serializers.CharField(help_text="The address of its manifest, a path on the same host.")
    made_at = serializers.DateTimeField(help_text="When it was finished (UTC).")
    position = serializers.IntegerField(help_text="The position of the change feed.")
    bytes = serializers.IntegerField(help_text="The size of all of its files.")


def _address(snapshot: Snapshot) -> str:
    return f"/api/v1/snapshots/{snapshot.name}/"


class SnapshotView(PlainView):
    """Snapshots of all that is public, as files. Each is immutable; `latest` stands for the last one in addresses."""

    def path_parameters(self) -> dict[str, str]:
        return {"name": f"The name of the snapshot, or `{LATEST}`."}

    def operation(self) -> Operation:
        if self.action == "list":
            return Operation(
                name="snapshots_list",
                tag="snapshots",
                summary="List snapshots",
                description="All snapshots on one page, the latest first.",
                parameters={FORMAT.name: FORMAT},
                content=SnapshotSummarySerializer,
                envelope="SnapshotList",
            )
        return Operation(
            name="snapshots_retrieve",
            tag="snapshots",
            summary="Get the manifest of one snapshot",
            description="What it holds, and of each file its size and SHA-256. The answer has the bytes of its `manifest.json`.",
            parameters={FORMAT.name: FORMAT},
            content=SnapshotSerializer,
            statuses=(404,),
        )

    def list(self, request: Request) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        self.refuse_parameters()
        results = [
            {
                "name": each.name,
                "url": _address(each),
                "made_at": each.manifest["made_at"],
                "position": each.manifest["position"],
                "bytes": sum(file["bytes"] for file in each.manifest["files"]),
            }
            for each in snapshots()
        ]
        envelope = {
            "results": results,
            "next": None,
            "previous": None,
            "total": {"value": len(results), "relation": "eq"},
            "notes": [],
        }
        return self.serve(envelope)

    def retrieve(self, request: Request, name: str) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        self.refuse_parameters()
        snapshot = _found(name)
        response = answer(self.http, *tagged(snapshot.manifest_json))
        if name == LATEST:
            response.headers["Content-Location"] = _address(snapshot)
        else:
            response.headers["Cache-Control"] = KEEP
        return response


class AnyFile(Format):
    """A file as it is."""

    format = "file"
    media_type = "application/octet-stream"

    def schema(self, content: dict[str, Any]) -> dict[str, Any]:
        return content


class AsItIs(StrictNegotiation):
    """There is one form of a file, whatever the caller likes best (RFC 9110, section 12.5.1, allows that)."""

    def select_renderer(
        self,
        request: Any,  # noqa: ARG002 - DRF's signature
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002 - DRF's signature
    ) -> tuple[BaseRenderer, str]:
        (only,) = renderers
        return only, only.media_type


class SnapshotFileView(ReadView):
    """Files of snapshots."""

    renderer_classes = [AnyFile]
    content_negotiation_class = AsItIs

    def path_parameters(self) -> dict[str, str]:
        return {
            "name": f"The name of the snapshot, or `{LATEST}`.",
            "file": "The name of the file, as in the manifest.",
        }

    def operation(self) -> Operation:
        return Operation(
            name="snapshots_file",
            tag="snapshots",
            summary="Get a file of a snapshot",
            description="The bytes of the file, whose SHA-256 is its strong ETag; one part of them with a `Range` of bytes, for as long"
            " as `If-Range` names that ETag. It is never compressed on the way.",
            content={"type": "string", "format": "binary"},
            statuses=(404, 416),
            headers=("ETag", "Accept-Ranges"),
            is_partial=True,
        )

    def retrieve(self, request: Request, name: str, file: str) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        self.read_query({}).refuse_faults()
        snapshot = _found(name)
        # Names of files come from the manifest alone, so that no address leads out of the folder.
        entry = next((each for each in snapshot.manifest["files"] if each["name"] == file), None)
        if entry is None:
            raise Problem("not_found")
        return self._serve(snapshot.path / entry["name"], entry, is_kept=name != LATEST)

    def _serve(self, path: Path, entry: dict[str, Any], *, is_kept: bool) -> HttpResponseBase:
        etag, size = f'"{entry["sha256"]}"', int(entry["bytes"])
        headers = {
            "Accept-Ranges": "bytes",
            "Cache-Control": f"{KEEP if is_kept else CACHE_CONTROL}, {AS_IT_IS}",
            "Content-Disposition": f'attachment; filename="{entry["name"]}"',
            "Content-Type": self.format.content_type,
            "ETag": etag,
        }
        whole = HttpResponse(headers=headers)
        short = get_conditional_response(self.http, etag, None, whole)
        if short is not None and short is not whole:
            return short
        part = self._range(etag, size)
        first, last = part or (0, size - 1)
        headers["Content-Length"] = str(last - first + 1)
        if part:
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        content = () if self.http.method == "HEAD" else _pieces(path, first, last)
        return StreamingHttpResponse(content, status=206 if part else 200, headers=headers)

    def _range(self, etag: str, size: int) -> tuple[int, int] | None:
        """The first and the last byte asked for; None for all. Raises Problem `range_not_satisfiable`."""
        meta = self.http.META
        found = _RANGE.fullmatch(meta.get("HTTP_RANGE", ""))
        if self.http.method != "GET" or not found or found.group(1) is found.group(2) is None:
            return None
        if meta.get("HTTP_IF_RANGE", etag) != etag:
            return None
        start, end = (None if text is None else int(text) for text in found.groups())
        if start is not None and end is not None and end < start:
            return None
        if start is None:  # so many bytes from the end
            first, last = max(0, size - (end or 0)), size - 1
        else:
            first, last = start, size - 1 if end is None else min(end, size - 1)
        if first >= size:
            raise Problem(
                "range_not_satisfiable",
                f"The file has {size} bytes.",
                headers={"Content-Range": f"bytes */{size}"},
            )
        return first, last


def _found(name: str) -> Snapshot:
    snapshot = find(name)
    if snapshot is None:
        raise Problem("not_found")
    return snapshot


def _pieces(path: Path, first: int, last: int) -> Iterator[bytes]:
    left = last - first + 1
    with path.open("rb") as file:
        file.seek(first)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
