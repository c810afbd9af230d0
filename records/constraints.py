"""Rules that Django has no class for, as named database constraints: over several rows, and over all texts of one.

Each is a Django constraint, so models declare it beside their other ones and migrations carry it. In the database a
rule over several rows is a constraint trigger that reports a broken rule as a check violation under its own name.
"""

from __future__ import annotations

import operator
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import BaseConstraint

from config.dates.fields import BoundsConstraint
from config.text import UNSEEN_IN_LINES, UNSEEN_IN_TEXTS, validate_line, validate_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

M = TypeVar("M", bound=type[models.Model])

#: Lookups that Python makes as the database does.
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "exact": operator.eq,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}

MAX_NAME = 63  # PostgreSQL cuts longer names silently


class CheckedHere(models.Model):
    """Tells by itself whether a row breaks a check constraint; Django asks the database for each, in a savepoint of its own."""

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Validate the fields. A record that was read is there: Django would ask for it once more."""
        read = {
            field.name
            for field in self._meta.concrete_fields
            if field.is_relation
            and (named := self._state.fields_cache.get(field.name)) is not None
            and not named._state.adding
            and named.pk == getattr(self, field.attname)
        }
        super().clean_fields({*(exclude or ()), *read})

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Check all constraints. Raises ValidationError with what is said of each that is broken."""
        errors: dict[str, list[ValidationError]] = {}
        for model, rules in self.get_constraints():
            for rule in rules:
                if isinstance(rule, models.CheckConstraint) and _holds(rule, self, exclude or ()):
                    continue
                try:
                    rule.validate(model, self, exclude=set(exclude or ()))
                except ValidationError as error:
                    fields: tuple[str, ...] = tuple(getattr(rule, "fields", ()))
                    if error.code == "unique" and len(fields) == 1:
                        errors.setdefault(fields[0], []).append(error)
                    else:
                        error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)


class Undecided(Enum):
    """What a condition says where Python does not know it."""

    UNDECIDED = "undecided"


UNDECIDED = Undecided.UNDECIDED
#: NULL is None.
Truth: TypeAlias = bool | Undecided | None


def _holds(rule: models.CheckConstraint, row: models.Model, exclude: Collection[str]) -> bool:
    """Whether a row certainly keeps a rule, as all do for which its condition is NULL; where it is not certain, the database decides."""
    if isinstance(rule, BoundsConstraint):
        exclude = rule.left_out(exclude)
    return _truth(rule.condition, row, exclude) in {True, None}


def _truth(condition: Any, row: models.Model, exclude: Collection[str]) -> Truth:
    """Return what a condition of plain comparisons says of a row, with NULL as in the database."""
    if not isinstance(condition, models.Q):
        return _compare(condition, row, exclude) if isinstance(condition, tuple) else UNDECIDED
    found = [_truth(child, row, exclude) for child in condition.children]
    if condition.connector not in {models.Q.OR, models.Q.AND}:
        return UNDECIDED
    decides = condition.connector == models.Q.OR
    whole: Truth = next((each for each in (decides, UNDECIDED, None) if each in found), not decides)
    if condition.negated:
        # Django adds IS NOT NULL to what is negated in the constraint of a table, but not where it validates.
        return not whole if isinstance(whole, bool) else UNDECIDED
    return whole


def _compare(pair: tuple[str, Any], row: models.Model, exclude: Collection[str]) -> Truth:
    (name, *lookups), wanted = pair[0].split("__"), pair[1]
    if len(lookups) > 1:
        return UNDECIDED
    lookup = lookups[0] if lookups else "exact"
    value = _value(models.F(name), row, exclude)
    if isinstance(value, Undecided):
        return UNDECIDED
    if lookup == "isnull" or (lookup == "exact" and wanted is None):
        return (value is None) is (wanted is not False)
    if lookup == "range":
        ends = zip(("gte", "lte"), wanted, strict=True)
        both = models.Q(*((f"{name}__{way}", end) for way, end in ends))
        return _truth(both, row, exclude)
    if lookup == "in":
        is_known = isinstance(value, str) and all(isinstance(each, str) for each in wanted)
        return bool(value in wanted) if is_known else UNDECIDED
    wanted = _value(wanted, row, exclude)
    if lookup not in COMPARISONS or wanted is UNDECIDED:
        return UNDECIDED
    if value is None or wanted is None:
        return None
    # Texts have an order of the database's own.
    types = (bool, str, date) if lookup == "exact" else (date,)
    are_alike = type(value) is type(wanted) and type(value) in types
    return bool(COMPARISONS[lookup](value, wanted)) if are_alike else UNDECIDED


def _value(expression: Any, row: models.Model, exclude: Collection[str]) -> Any:
    """Return the value of a column of the row, or what is no expression."""
    if not isinstance(expression, models.F):
        return UNDECIDED if hasattr(expression, "resolve_expression") else expression
    name: str = expression.name  # type: ignore[attr-defined] # the stubs lack it
    if name in exclude:
        return UNDECIDED
    try:
        field = row._meta.get_field(name)
    except FieldDoesNotExist:
        return UNDECIDED
    value = getattr(row, field.attname) if isinstance(field, models.Field) else UNDECIDED
    return UNDECIDED if hasattr(value, "resolve_expression") else value


class OwnConstraint(BaseConstraint):
    """Base of rules that are SQL of ours: two are the same when they are declared in the same words."""

    def __init__(self, *, name: str, violation_error_message: str | None = None) -> None:
        if len(name) > MAX_NAME:
            msg = f"Constraint name {name!r} is longer than {MAX_NAME} characters."
            raise ValueError(msg)
        super().__init__(name=name, violation_error_message=violation_error_message)

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Collection[str] | None = None,
        using: str = "default",
    ) -> None:
        """Leave it to the database."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OwnConstraint):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, Any]]:
        path, _args, kwargs = super().deconstruct()
        return path, (), kwargs


class TriggerConstraint(OwnConstraint):
    """Base: subclasses say which tables to watch and when the rule is broken.

    It is left to the database: these rules need a lock or the end of the transaction.
    """

    def body(self, model: type[models.Model]) -> str:
        """PL/pgSQL statements that raise through `self.refuse()` where the rule is broken."""
        raise NotImplementedError

    def triggers(self, model: type[models.Model]) -> list[tuple[str, str, str]]:
        """The watched tables: (table, events and columns, timing)."""
        raise NotImplementedError

    def refuse(self) -> str:
        """The statement that refuses the write, as a check violation of this constraint."""
        message = str(self.violation_error_message).replace("'", "''").replace("%", "%%")
        return (
            f"RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{self.name}', "
            f"TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, MESSAGE = '{message}';"
        )

    def create_sql(
        self,
        model: Any,
        schema_editor: Any,  # noqa: ARG002 - Django's signature
    ) -> str:
        function = (
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $body$\n'
            f"BEGIN\n{self.body(model)}\nRETURN NULL;\nEND\n$body$;\n"
        )
        return function + "".join(
            f'CREATE CONSTRAINT TRIGGER "{self.name}" AFTER {events} ON "{table}" {timing} '
            f'FOR EACH ROW EXECUTE FUNCTION "{self.name}"();\n'
            for table, events, timing in self.triggers(model)
        )

    def constraint_sql(
        self,
        model: Any,
        schema_editor: Any,
    ) -> str:
        """Inside CREATE TABLE there is no place for a trigger: it is made right after."""
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def remove_sql(
        self,
        model: Any,
        schema_editor: Any,  # noqa: ARG002 - Django's signature
    ) -> str:
        return (
            "".join(
                f'DROP TRIGGER IF EXISTS "{self.name}" ON "{table}";\n'
                for table, _events, _timing in self.triggers(model)
            )
            + f'DROP FUNCTION IF EXISTS "{self.name}"();'
        )


class NoCycle(TriggerConstraint):
    """Following `ascends` from a row upwards never comes back to it.

    `ascends` names the foreign key to the row above; for a table of edges, `descends` names the other end.
    """

    def __init__(
        self,
        *,
        name: str,
        violation_error_message: str,
        ascends: str,
        descends: str = "id",
    ) -> None:
        super().__init__(name=name, violation_error_message=violation_error_message)
        self.ascends = ascends
        self.descends = descends

    def _columns(self, model: type[models.Model]) -> tuple[str, str]:
        meta: Any = model._meta
        return meta.get_field(self.ascends).column, meta.get_field(self.descends).column

    def body(self, model: type[models.Model]) -> str:
        """Walk upwards from the new row; a lock per rule keeps two halves of a cycle from passing each other.

        A row that stays where it is closes no cycle. Nor does a new one in another transaction, where nothing can lie below it
        yet, so it needs no lock; a new edge between rows that are there does.
        """
        up, down = self._columns(model)
        table = model._meta.db_table
        lock = f"PERFORM pg_advisory_xact_lock(hashtextextended('{self.name}', 0));"
        if down == model._meta.pk.column:
            lock = f"IF TG_OP = 'UPDATE' THEN {lock} END IF;"
        return f"""
    IF NEW."{up}" IS NULL THEN RETURN NULL; END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW."{up}" = OLD."{up}" AND NEW."{down}" = OLD."{down}" THEN RETURN NULL; END IF;
    END IF;
    {lock}
    IF EXISTS (
        WITH RECURSIVE above(node) AS (
            SELECT NEW."{up}"
            UNION
            SELECT "{table}"."{up}" FROM "{table}" JOIN above ON "{table}"."{down}" = above.node
            WHERE "{table}"."{up}" IS NOT NULL
        ) SELECT 1 FROM above WHERE node = NEW."{down}"
    ) THEN {self.refuse()} END IF;"""  # noqa: S608 - names of our own tables and columns

    def triggers(self, model: type[models.Model]) -> list[tuple[str, str, str]]:
        """Watch both ends of the edge."""
        up, down = self._columns(model)
        return [(model._meta.db_table, f'INSERT OR UPDATE OF "{up}", "{down}"', "NOT DEFERRABLE")]

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "ascends": self.ascends, "descends": self.descends}


class PublishedIsCited(TriggerConstraint):
    """A published record has at least one citation. Declared on the citation, checked at commit on both tables."""

    def body(self, model: type[models.Model]) -> str:
        """Look at the record as it stands at commit."""
        citations = model._meta.db_table
        record: Any = model._meta.get_field("record").related_model
        records = record._meta.db_table
        return f"""
    IF TG_TABLE_NAME = '{citations}' THEN
        IF NOT EXISTS (SELECT 1 FROM "{records}" WHERE id = OLD.record_id AND editorial_state = 'published')
            OR EXISTS (SELECT 1 FROM "{citations}" WHERE record_id = OLD.record_id)
        THEN RETURN NULL; END IF;
    ELSIF NOT EXISTS (SELECT 1 FROM "{records}" WHERE id = NEW.id AND editorial_state = 'published')
        OR EXISTS (SELECT 1 FROM "{citations}" WHERE record_id = NEW.id)
    THEN RETURN NULL; END IF;
    {self.refuse()}"""  # noqa: S608 - names of our own tables

    def triggers(self, model: type[models.Model]) -> list[tuple[str, str, str]]:
        """Watch the record's state and the citation's going or moving."""
        record: Any = model._meta.get_field("record").related_model
        deferred = "DEFERRABLE INITIALLY DEFERRED"
        return [
            (record._meta.db_table, "INSERT OR UPDATE OF editorial_state", deferred),
            (model._meta.db_table, "DELETE OR UPDATE OF record_id", deferred),
        ]


class PublishedPartsAreCited(TriggerConstraint):
    """A published record with such parts has a citation for them. Declared on the part, checked at commit.

    `member` is what the citation names as its field, `citations` the table of the record's citations.
    """

    def __init__(
        self, *, name: str, violation_error_message: str, member: str, citations: str
    ) -> None:
        super().__init__(name=name, violation_error_message=violation_error_message)
        self.member = member
        self.citations = citations

    @staticmethod
    def _owner(model: type[models.Model]) -> tuple[str, str]:
        """The column of the key to the record, and the record's table."""
        link: Any = next(
            field
            for field in model._meta.get_fields()
            if field.many_to_one and field.concrete and not field.null
        )
        return link.column, link.related_model._meta.db_table

    def body(self, model: type[models.Model]) -> str:
        """Look at the record as it stands at commit."""
        column, records = self._owner(model)
        parts = model._meta.db_table
        return f"""
    DECLARE record_key uuid;
    BEGIN
    IF TG_TABLE_NAME = '{parts}' THEN record_key := NEW."{column}";
    ELSIF TG_TABLE_NAME = '{self.citations}' THEN record_key := OLD.record_id;
    ELSE record_key := NEW.id;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM "{records}" WHERE id = record_key AND editorial_state = 'published')
        OR NOT EXISTS (SELECT 1 FROM "{parts}" WHERE "{column}" = record_key)
        OR EXISTS (SELECT 1 FROM "{self.citations}" WHERE record_id = record_key AND field = '{self.member}')
    THEN RETURN NULL; END IF;
    {self.refuse()}
    END;"""  # noqa: S608 - names of our own tables and columns

    def triggers(self, model: type[models.Model]) -> list[tuple[str, str, str]]:
        """Watch the record's state, the part's coming or moving, and the citation's going or changing."""
        column, records = self._owner(model)
        deferred = "DEFERRABLE INITIALLY DEFERRED"
        return [
            (records, "INSERT OR UPDATE OF editorial_state", deferred),
            (model._meta.db_table, f'INSERT OR UPDATE OF "{column}"', deferred),
            (self.citations, "DELETE OR UPDATE OF record_id, field", deferred),
        ]

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "member": self.member, "citations": self.citations}


class OncePublishedStays(TriggerConstraint):
    """A record that was ever published keeps its id and slug, and is withdrawn instead of deleted."""

    def body(self, model: type[models.Model]) -> str:  # noqa: ARG002 - same text for every record
        """Compare the old row with the new one, where there is one."""
        return f"""
    IF OLD.published_at IS NULL THEN RETURN NULL; END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.id = OLD.id AND NEW.slug = OLD.slug AND NEW.published_at IS NOT NULL THEN RETURN NULL; END IF;
    END IF;
    {self.refuse()}"""

    def triggers(self, model: type[models.Model]) -> list[tuple[str, str, str]]:
        """Watch deletions and changes of name."""
        return [
            (
                model._meta.db_table,
                "DELETE OR UPDATE OF id, slug, published_at",
                "NOT DEFERRABLE",
            ),
        ]


class AppendOnly(TriggerConstraint):
    """An edition is never changed or deleted; it may only be closed once, when the next one arrives."""

    def body(self, model: type[models.Model]) -> str:  # noqa: ARG002 - same text for every edition
        """Allow just the closing: all else is the same, byte by byte."""
        return f"""
    IF TG_OP = 'UPDATE' THEN
        IF OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL THEN
            NEW.superseded_at := NULL;
            IF OLD *= NEW THEN RETURN NULL; END IF;
        END IF;
    END IF;
    {self.refuse()}"""

    def triggers(self, model: type[models.Model]) -> list[tuple[str, str, str]]:
        """Watch all changes."""
        return [(model._meta.db_table, "UPDATE OR DELETE", "NOT DEFERRABLE")]


class PlainText(OwnConstraint):
    """No text of a row has a character that is not seen (config/text.py). `plain_text` declares it for a model.

    All texts of a row are checked as one: a regular expression per column would cost an import more than its other rules.
    In forms the validators of the fields say where the character is.
    """

    default_violation_error_message: ClassVar[str] = (  # type: ignore[misc] # Django's is an instance's
        "A text has a character that is not seen, such as a control character or one that turns the direction of writing. Remove it."
    )

    def __init__(self, *, name: str, fields: Sequence[str]) -> None:
        super().__init__(name=name)
        self.fields = list(fields)

    def _is_plain(self, model: type[models.Model]) -> str:
        fields: list[Any] = [model._meta.get_field(name) for name in self.fields]
        groups = {
            UNSEEN_IN_LINES: [field for field in fields if not isinstance(field, models.TextField)],
            UNSEEN_IN_TEXTS: [field for field in fields if isinstance(field, models.TextField)],
        }
        return " AND ".join(
            f"({' || '.join(map(self._as_text, those))}) !~ '{unseen}'"
            for unseen, those in groups.items()
            if those
        )

    @staticmethod
    def _as_text(field: Any) -> str:
        if isinstance(field, ArrayField):
            return f"array_to_string(\"{field.column}\", '')"
        return f'"{field.column}"'

    def constraint_sql(
        self,
        model: Any,
        schema_editor: Any,  # noqa: ARG002 - Django's signature
    ) -> str:
        return f'CONSTRAINT "{self.name}" CHECK ({self._is_plain(model)})'

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        return (
            f'ALTER TABLE "{model._meta.db_table}" ADD {self.constraint_sql(model, schema_editor)}'
        )

    def remove_sql(
        self,
        model: Any,
        schema_editor: Any,  # noqa: ARG002 - Django's signature
    ) -> str:
        return f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{self.name}"'

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "fields": self.fields}


def plain_text(model: M) -> M:
    """Refuse characters that are not seen in every text of `model`: in forms and files by its fields, else by the database.

    Words of a list are what the list says, and are not looked at.
    """
    fields: list[Any] = [
        field
        for field in model._meta.local_concrete_fields
        if isinstance(_of_one(field), models.CharField | models.TextField) and not field.choices
    ]
    for field in map(_of_one, fields):
        validate = validate_text if isinstance(field, models.TextField) else validate_line
        if validate not in field.validators:
            # Not added to the list, which copies of a field share.
            field.validators = [*field.validators, validate]
    if fields:
        rule = PlainText(
            name=f"{model._meta.model_name}_text_is_plain", fields=[field.name for field in fields]
        )
        model._meta.constraints = [*model._meta.constraints, rule]
        model._meta.original_attrs["constraints"] = model._meta.constraints  # what migrations read
    return model


def _of_one(field: Any) -> Any:
    return field.base_field if isinstance(field, ArrayField) else field
