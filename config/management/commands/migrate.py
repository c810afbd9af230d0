"""Django's `migrate`, safe to run beside a live service and beside another `migrate`."""

from functools import partial
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.operations import AddConstraint, AddIndex, CreateModel
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

from config.db import prepared
from config.db.altering import (
    ATTEMPTS,
    LOCK_TIMEOUT,
    Patience,
    SchemaEditor,
    StillInUseError,
)

# Any number will do, if only migrating uses it.
ADVISORY_LOCK = 0x6368616E63657279  # "chancery"


def _keep_models_rendered(operation: type[AddConstraint | AddIndex | AddTrigger]) -> None:
    """Let an operation that changes no field leave the rendered models as they are.

    Django builds the model and all its relatives anew after every operation. With hundreds of
    constraints and triggers that took nine tenths of half a minute. The state itself still
    learns of them, and their SQL is made from the operation, not from the rendered model.
    """
    original = operation.state_forwards

    def state_forwards(self: Any, app_label: str, state: ProjectState) -> None:
        state.reload_model = lambda *_args, **_options: None  # type: ignore[method-assign]
        try:
            original(self, app_label, state)
        finally:
            del state.reload_model

    operation.state_forwards = state_forwards  # type: ignore[method-assign]


for _operation in (AddConstraint, AddIndex, AddTrigger):
    _keep_models_rendered(_operation)


def _render_only_what_is_new() -> None:
    """Let a new model be rendered alone.

    Django would build anew every model that it is related to, and all their relatives. A model that nothing in the state
    names yet makes no difference to them: its foreign keys find the classes that are there.
    """
    original = CreateModel.state_forwards

    def state_forwards(self: CreateModel, app_label: str, state: ProjectState) -> None:
        def render(app_label: str, model_name: str, delay: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002
            state.apps.render_multiple([state.models[app_label, model_name]])

        state.reload_model = render  # type: ignore[method-assign]
        try:
            original(self, app_label, state)
        finally:
            del state.reload_model

    CreateModel.state_forwards = state_forwards  # type: ignore[method-assign, assignment]


_render_only_what_is_new()


class Command(migrate.Command):
    """Wait for locks briefly: a migration that waits for a table blocks all its readers."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-timeout",
            default=LOCK_TIMEOUT,
            help="how long to wait for a lock before letting the readers pass and trying again",
        )
        parser.add_argument(
            "--attempts",
            type=int,
            default=ATTEMPTS,
            help="how often to try what finds its table in use, with a pause of a second in between",
        )

    def handle(
        self,
        *args: Any,
        lock_timeout: str = LOCK_TIMEOUT,
        attempts: int = ATTEMPTS,
        **options: Any,
    ) -> None:
        patience = Patience(attempts, self.stderr.write)
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            # Two servers that start at once: the second one waits, then finds nothing to do.
            cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
            prepared.forget(cursor)
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [lock_timeout])
        connection.SchemaEditorClass = partial(SchemaEditor, patience=patience)  # type: ignore[assignment] # called alike
        run = super().handle
        try:
            patience.apply(lambda: run(*args, **options))
        except StillInUseError:
            raise CommandError(
                "Another transaction holds a table that a migration must change. The migrations before "
                "it are applied, this one is not. End that transaction, then run migrate again."
            ) from None
        finally:
            del connection.SchemaEditorClass
            # Closing gives up the lock and the timeout, whatever state the session is in.
            # Inside a transaction (tests) both end with it.
            if not connection.in_atomic_block:
                connection.close()
