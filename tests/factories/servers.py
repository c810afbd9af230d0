"""Embedded servers of a test's own, and the environment of its processes."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.db import embedded


def dispose(server: embedded.Server) -> None:
    """Stop a server and remove what it left outside of its folder."""
    if server.folder.parent.is_dir() and server.is_ready():
        server.stop()
    if server.home != server.folder:
        shutil.rmtree(server.home.parent, ignore_errors=True)
    if server.socket_folder.parent != server.home:
        shutil.rmtree(server.socket_folder, ignore_errors=True)


def clean_environment() -> dict[str, str]:
    """Return what a shell has, without what pytest and the developer have set."""
    ours = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS"}
    return {key: value for key, value in os.environ.items() if key not in ours}
