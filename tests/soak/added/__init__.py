"""The migrations of events, and one more beside them, for `tests.soak.migration`."""

from pathlib import Path

from events import migrations

__path__ = [*migrations.__path__, str(Path(__file__).parent)]
