"""`manage.py` with batches of a tenth: it does with some hundred records what it does otherwise with some thousand.

python -m tests.imports.in_small_batches import FILE --publish
"""

from __future__ import annotations

import os

import django

import manage


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["DATABASE_STATEMENT_TIMEOUT"] = "0"
    django.setup()
    from records.exchange import load, publication  # noqa: PLC0415 - the settings must be there first
    from records.publishing.batches import publish_in_batches  # noqa: PLC0415 - likewise

    load.BATCH //= 10
    publication.MANY //= 10
    defaults = publish_in_batches.__kwdefaults__
    assert defaults
    defaults["size"] //= 10
    manage.main()


if __name__ == "__main__":
    main()
