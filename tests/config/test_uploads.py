"""Files that are uploaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.test import RequestFactory


@pytest.mark.parametrize("size", [0, 10, 2_621_440, 6_000_001])
def test_a_file_is_read_as_it_was_sent_and_has_no_name_on_the_disk(size: int) -> None:
    content = bytes(number % 251 for number in range(1000)) * (size // 1000) + b"x" * (size % 1000)
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("a.csv", content, "text/csv")})

    file = request.FILES["file"]
    assert isinstance(file, UploadedFile)
    assert (file.name, file.size, file.content_type) == ("a.csv", size, "text/csv")
    assert b"".join(file.chunks()) == content
    if size > 2_621_440:
        assert str(Path(f"/proc/self/fd/{file.fileno()}").readlink()).endswith(" (deleted)")
    request.close()
    assert file.closed
