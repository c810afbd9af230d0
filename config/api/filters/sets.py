"""The filters of one resource, and groups of them that must hold of the same part of a record.

Reading and applying are two steps, because references are looked up between them, all in one query.
docs/api-conventions.md shows how filters are declared.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Model, Q

from config.api.filters.base import Condition, Filter, as_clause, read_boolean
from config.api.filters.dates import DATE_MATCH, match_of
from config.api.sql import NOTHING, Clause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.api.query import Parameter, Query
    from config.dates.reach import Match


class Group(Filter):
    """Filters whose parameters, where given together, must hold of the *same* part of a record.

    The members' parameters are `group.member`, or the bare member names with `prefixed=False`. `where` is called with
    those that are given: a list of values, any of which may match, or what a member's `reading` gives; and with `match`,
    where a member takes days. `most` bounds how many combinations of values may be asked for.
    """

    def __init__(
        self,
        *,
        where: Callable[..., Q | Clause],
        prefixed: bool = True,
        most: int | None = None,
        **members: Filter,
    ) -> None:
        super().__init__(help_text="")
        self.where = where
        self.most = most
        self.prefixed = prefixed
        self.members = members
        self.takes_days = any(
            parameter.companion is DATE_MATCH
            for inner in members.values()
            for parameter in inner.parameters("")
        )

    def name_of(self, group: str, member: str) -> str:
        """Return the parameter of a member."""
        return f"{group}.{member}" if self.prefixed else member

    def parameters(self, name: str) -> Iterator[Parameter]:
        for member, inner in self.members.items():
            yield from inner.parameters(self.name_of(name, member))

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:
        given = {}
        for member, inner in self.members.items():
            value = inner.reading(self.name_of(name, member), query, references)
            if value is not None:
                given[member] = value
        if self.most is not None:
            self._refuse_too_many(name, query)
        if given:
            yield partial(self._joined, given, match_of(query))

    def _refuse_too_many(self, group: str, query: Query) -> None:
        names = [self.name_of(group, member) for member in self.members]
        count = prod(max(1, query.values.get(name, "").count(",") + 1) for name in names)
        if self.most is not None and count > self.most:
            query.fault(
                "too_many_values",
                f"The values make {count:,} combinations; at most {self.most:,} are taken.",
                next(name for name in names if name in query.values),
            )

    def _joined(
        self, given: dict[str, Callable[[], Any]], match: Match, model: type[Model]
    ) -> Clause:
        values = {member: value() for member, value in given.items()}
        if any(value == [] for value in values.values()):
            return NOTHING  # a reference that names nothing published
        if self.takes_days:
            values["match"] = match
        return as_clause(model, self.where(**values))


def _check_companion(companion: Parameter, hosts: list[str], query: Query) -> None:
    """Report a bad value, or that there is nothing that the parameter could speak of.

    Its default alone says nothing and is taken: generated clients send defaults with every request.
    """
    schema = companion.schema() if callable(companion.schema) else companion.schema
    if schema["type"] == "boolean":
        read_boolean(companion.name, query)
    else:
        query.choice(companion.name, schema["enum"])
    is_default = query.values[companion.name] == str(schema["default"]).lower()
    if not is_default and not any(name in query.values for name in hosts):
        shown = ", ".join(hosts[:5]) + (" or another" if len(hosts) > 5 else "")
        detail = f"It says how other parameters are read, and none of them is given: {shown}."
        query.fault("missing_parameter", detail, companion.name)


class FilterSet:
    """The filters of one resource, declared as class attributes and inherited."""

    filters: ClassVar[dict[str, Filter]] = {}
    known: ClassVar[dict[str, Parameter]] = {}
    #: Parameters that say how others are read, by name: the parameter itself and the names of those others.
    companions: ClassVar[dict[str, tuple[Parameter, list[str]]]] = {}
    #: Those that rows say how well they match.
    rated: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Filter)}
        cls.filters = {**cls.filters, **own}
        parameters = [
            parameter for name, inner in cls.filters.items() for parameter in inner.parameters(name)
        ]
        cls.rated = tuple(parameter.name for parameter in parameters if parameter.is_rated)
        cls.companions = {}
        for parameter in parameters:
            if (companion := parameter.companion) is not None:
                _, hosts = cls.companions.setdefault(companion.name, (companion, []))
                hosts.append(parameter.name)
        parameters += [companion for companion, _ in cls.companions.values()]
        cls.known = {parameter.name: parameter for parameter in parameters}
        if len(cls.known) != len(parameters):
            msg = f"Two filters of {cls.__name__} take the same parameter."
            raise TypeError(msg)

    @classmethod
    def read(cls, query: Query, references: Any) -> list[Condition]:
        """Read all filters of a request; faults are left in `query`, references asked for from `references`."""
        if not query.values:
            return []
        cls._check_companions(query)
        return [
            condition
            for name, inner in cls.filters.items()
            for condition in inner.conditions(name, query, references)
        ]

    @classmethod
    def readings(cls, query: Query, references: Any) -> dict[str, Callable[[], Any]]:
        """Read the plain parameters that are given, for lists that make conditions of their own of the values."""
        cls._check_companions(query)
        found = {
            name: inner.reading(name, query, references) for name, inner in cls.filters.items()
        }
        return {name: reading for name, reading in found.items() if reading is not None}

    @classmethod
    def _check_companions(cls, query: Query) -> None:
        for name, (companion, hosts) in cls.companions.items():
            if name in query.values:
                _check_companion(companion, hosts, query)
