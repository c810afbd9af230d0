"""Everything between an empty database and one that `make run` can serve."""

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, ProgrammingError, connection, transaction
from psycopg2.errors import InsufficientPrivilege

from config.db import api_role, prepared
from config.db.statistics import renew_statistics
from records.models import Source


class Command(BaseCommand):
    """Migrate; on the first start load data and make a staff account."""

    help = __doc__

    def handle(self, *_args: Any, sample_story: bool = True, **_options: Any) -> None:
        self._reach()
        try:
            call_command("migrate", verbosity=0)
        except ProgrammingError as error:
            if isinstance(error.__cause__, InsufficientPrivilege):
                raise CommandError(_refusal(error)) from None
            raise
        if self._is_empty():
            # Both or neither: half of them would no longer count as empty next time.
            with transaction.atomic():
                call_command("load_reference", stdout=self.stdout)
                if sample_story:
                    call_command("load_sample_story", stdout=self.stdout)
            renew_statistics()
        self._make_account()
        api_role.refuse_unusable(connection)
        with connection.cursor() as cursor:
            prepared.remember(cursor)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-sample-story", action="store_false", dest="sample_story")

    def _reach(self) -> None:
        try:
            connection.ensure_connection()
        except DatabaseError as error:
            raise CommandError(_refusal(error)) from None

    def _is_empty(self) -> bool:
        # Every record of any kind needs a source.
        return not Source.objects.exists()

    def _make_account(self) -> None:
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            return
        password = secrets.token_urlsafe(12)
        users.create_superuser("admin", password=password)
        self.stdout.write(
            f"\n  Staff account for /admin/:  admin  {password}\n"
            "  (shown this once; change it with `.venv/bin/python manage.py changepassword admin`)\n\n"
        )


def _refusal(error: DatabaseError) -> str:
    return f"The database cannot be used: {' '.join(str(error).split())} (see DATABASE_URL)"
