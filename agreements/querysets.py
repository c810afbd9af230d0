"""What can be asked of agreements as published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, F, Func, Q

from records.models.edition import EditionQuerySet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal
    from typing import Self

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler


class AnyElement(Func):
    """Whether some element of a JSON list, read as a row of the given shape, meets a condition.

    `shape` and `condition` are SQL of our own; values come in as `params`.
    """

    output_field = BooleanField()
    conditional = True

    def __init__(self, column: str, *, shape: str, condition: str, params: Sequence[Any]) -> None:
        super().__init__(F(column))
        self.shape = shape
        self.condition = condition
        self.params = tuple(params)

    @property
    def identity(self) -> Any:
        """Tell elements with other conditions apart."""
        return (type(self), str(self.source_expressions), self.shape, self.condition, self.params)

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,  # noqa: ARG002 - Django's signature
        **extra_context: Any,  # noqa: ARG002 - Django's signature
    ) -> tuple[str, tuple[Any, ...]]:
        """Compile to EXISTS over the list's elements."""
        column, params = compiler.compile(self.get_source_expressions()[0])
        sql = f"EXISTS (SELECT 1 FROM jsonb_to_recordset({column}) AS element({self.shape}) WHERE {self.condition})"  # noqa: S608
        return sql, (*params, *self.params)


def had_status(statuses: Sequence[str], first: date, last: date, *, is_certain: bool) -> Q:
    """Agreements that may have had one of the statuses on a day from `first` to `last`, or that certainly had one."""
    return Q(
        AnyElement(
            "statuses",
            shape='value text, start date, "end" date, certain boolean',
            condition='value = ANY(%s) AND (start IS NULL OR start <= %s) AND ("end" IS NULL OR "end" > %s)'
            " AND (certain OR NOT %s)",
            params=[list(statuses), last, first, is_certain],
        ),
    )


def signed_within(
    after: date | None, before: date | None, *, is_certain: bool, include_undated: bool
) -> Q:
    """Agreements of which one signature may have been put from `after` to `before`, or certainly was."""
    if is_certain:
        condition = "(%s::date IS NULL OR earliest >= %s) AND (%s::date IS NULL OR latest <= %s)"
    else:
        condition = (
            "(%s::date IS NULL OR latest IS NULL OR latest >= %s)"
            " AND (%s::date IS NULL OR earliest IS NULL OR earliest <= %s)"
        )
    found = Q(
        AnyElement(
            "signatures",
            shape="earliest date, latest date",
            condition=condition,
            params=[after, after, before, before],
        ),
    )
    return found | Q(signatures=[]) if include_undated else found


def worth(
    *, at_least: Decimal | None, at_most: Decimal | None, currencies: Sequence[str] | None
) -> Q:
    """Agreements with one value to which all of it applies: that may be as much and as little, in one of the currencies."""
    return Q(
        AnyElement(
            "values",
            shape="currency text, least numeric, greatest numeric",
            condition="(%s::text[] IS NULL OR currency = ANY(%s)) AND (%s::numeric IS NULL OR greatest IS NULL OR greatest >= %s)"
            " AND (%s::numeric IS NULL OR least IS NULL OR least <= %s)",
            params=[
                *[list(currencies) if currencies is not None else None] * 2,
                *[at_least] * 2,
                *[at_most] * 2,
            ],
        ),
    )


class AgreementEditionQuerySet(EditionQuerySet):
    """Published versions of agreements."""

    def due(self, *, on: date) -> Self:
        """Those in force as documents whose status is no longer what they say. A status that never changes is never due."""
        return self.current().filter(status_until__lte=on)
