"""Large uploaded files lie in files without a name: they end with their request, or with its process if that is killed."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class NamelessFileUploadHandler(FileUploadHandler):
    """As Django's TemporaryFileUploadHandler, whose files a process that is killed leaves behind."""

    file: UploadedFile[Any]

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Open a file of the disk for the one that begins to arrive."""
        super().new_file(*args, **kwargs)
        opened = tempfile.TemporaryFile()  # noqa: SIM115 - Django closes it with the request
        self.file = UploadedFile(
            opened, self.file_name, self.content_type, 0, self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's signature
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        """Close what has begun to arrive."""
        if hasattr(self, "file"):
            self.file.close()
