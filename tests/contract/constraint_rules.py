"""Rows that break the constraints that several models have; those of one model are in its app's constraint_cases.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

from records.models import Record
from records.registry import Kind
from tests.factories.every_kind import EVERY_KIND
from tests.factories.people import make_organization, make_person
from tests.factories.records import make_source, publish_whole

Make = Callable[..., Any]
#: Constraints by name, each with a function that makes what it needs and then a row that breaks it.
Cases = dict[str, Callable[[], object]]


def row(of: models.Model) -> Any:
    """Return a queryset of just this row: its `update` passes the model by."""
    return type(of)._default_manager.filter(pk=of.pk)


def twice(make: Make) -> Callable[[], None]:
    """Make a row and copy it."""

    def copy() -> None:
        made = make()
        made.pk = None
        made.save(force_insert=True)

    return copy


def outside_its_list(prefix: str, *fields: str, make: Make) -> Cases:
    """Return the cases of fields that take words of a list."""

    def nonsense(field: str) -> Callable[[], object]:
        return lambda: row(make()).update(**{field: "nonsense"})

    return {f"{prefix}_{field}_is_in_its_list": nonsense(field) for field in fields}


def plain_text(prefix: str, field: str, make: Make) -> Cases:
    """Return the case of texts that have no character that is not seen: `field` is one of them."""
    return {f"{prefix}_text_is_plain": lambda: row(make()).update(**{field: "Rubio\u202e"})}


def uncertain_date(prefix: str, field: str, make: Make, **others: Any) -> Cases:
    """Return the cases of the columns of an uncertain date; `others` are fields that a row with that date needs."""
    first, last = f"{field}_earliest", f"{field}_latest"

    def dated() -> Any:
        return make(**{field: "2001"}, **others)

    def leave_the_calendar() -> None:
        made = dated()
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{made._meta.db_table}" SET "{last}" = %s WHERE "{made._meta.pk.column}" = %s',  # noqa: S608 - names of ours
                ["infinity", made.pk],
            )

    return {
        f"{prefix}_{field}_earliest_is_not_after_latest": lambda: row(dated()).update(
            **{first: date(2001, 12, 31), last: date(2001, 1, 1)}
        ),
        f"{prefix}_{field}_stays_within_years_1_to_9999": leave_the_calendar,
        f"{prefix}_{field}_bounds_come_from_edtf": lambda: row(dated()).update(
            **{f"{field}_edtf": ""}
        ),
    }


def year_2000(field: str) -> dict[str, Any]:
    """Return the columns of an uncertain date for that year."""
    return {
        f"{field}_edtf": "2000",
        f"{field}_precision": "year",
        f"{field}_earliest": date(2000, 1, 1),
        f"{field}_latest": date(2000, 12, 31),
    }


def interval(prefix: str, make: Make, start: str = "start") -> Cases:
    """Return the cases of two uncertain dates, the second of which is `end`."""
    return {
        **uncertain_date(prefix, start, make),
        **uncertain_date(prefix, "end", make),
        f"{prefix}_does_not_certainly_end_before_it_starts": lambda: row(
            make(**{start: "2001"})
        ).update(**year_2000("end")),
    }


def of_every_record(kind: Kind) -> Cases:
    """Return the cases of what every record has: its states, editions, identifiers, citations and names."""
    make = EVERY_KIND[kind.name].make
    name = kind.model._meta.model_name
    cases = {
        f"once_published_{name}_keeps_id_and_slug": lambda: row(_published(make())).update(
            slug="other"
        ),
        f"merged_{name}_names_its_survivor": lambda: row(make()).update(editorial_state="merged"),
        f"published_{name}_has_a_time": lambda: row(make()).update(editorial_state="published"),
        **plain_text(str(name), "curators_note", make),
        **_of_editions(f"{name}edition", kind, make),
        **_of_identifiers(f"{name}identifier", make),
    }
    if hasattr(kind.model, "citations"):
        cases |= _of_citations(f"{name}citation", make)
    if hasattr(kind.model, "names"):
        cases |= _of_names(f"{name}name", make)
    if kind.is_cited and hasattr(kind.model, "citations"):
        cases[f"published_{name}_has_a_citation"] = lambda: (
            _published(make()).citations.all().delete()
        )
    return cases


def _published(record: Record) -> Any:
    publish_whole(record)
    return record


def _of_editions(prefix: str, kind: Kind, make: Make) -> Cases:
    def editions() -> Any:
        return kind.editions._default_manager.filter(record_id=_published(make()).pk)

    def copy(**changes: Any) -> None:
        edition = editions().get()
        edition.pk = None
        edition.position += 1_000_000
        for field, value in changes.items():
            setattr(edition, field, value)
        edition.save(force_insert=True)

    return {
        f"{prefix}_newest_is_only_one": lambda: copy(revision=2),
        f"{prefix}_revision_is_unique": lambda: copy(
            superseded_at=timezone.now() + timedelta(days=1)
        ),
        f"{prefix}_is_never_changed": lambda: editions().update(label="Other"),
    }


def _of_identifiers(prefix: str, make: Make) -> Cases:
    def give_to_two() -> None:
        for _each in range(2):
            make().identifiers.create(scheme="wikidata", value="Q1")

    def give() -> Any:
        return make().identifiers.create(scheme="wikidata", value="Q1")

    return {f"{prefix}_names_one_record": give_to_two, **plain_text(prefix, "value", give)}


def _of_citations(prefix: str, make: Make) -> Cases:
    def cite(**fields: Any) -> Any:
        return make().citations.create(source=make_source(), **fields)

    return {
        **outside_its_list(prefix, "evidence", "stance", make=cite),
        **plain_text(prefix, "locator", cite),
        f"{prefix}_is_attributed_to_one_at_most": lambda: cite(
            attributed_to_person=make_person(), attributed_to_organization=make_organization()
        ),
    }


def _of_names(prefix: str, make: Make) -> Cases:
    def call(**fields: Any) -> Any:
        return make().names.create(name="Other name", **fields)

    return {
        **outside_its_list(prefix, "kind", make=call),
        **plain_text(prefix, "name", call),
        **interval(prefix, call),
    }
