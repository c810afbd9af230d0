"""Uncertain dates on a model: one declaration, five ordinary columns, one attribute.

    class Reign(models.Model):
        start = UncertainDateField(help_text="When it began.")
        end = UncertainDateField(help_text="When it ended.")

        class Meta:
            constraints = [
                *uncertain_date_constraints("reign", "start"),
                *uncertain_date_constraints("reign", "end"),
                interval_constraint("reign", "start", "end"),
            ]

    reign = Reign(start="2025-05", end=UncertainDate.parse("", "some years later"))
    reign.start.earliest  # date(2025, 5, 1)

Migrations see the columns only: `start_edtf`, `start_text`, `start_precision`, `start_earliest`,
`start_latest`. The bounds always follow from the EDTF: assigning `start`, `full_clean`,
`save` and `bulk_create` derive them.
"""

from collections.abc import Collection, Mapping
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self, TypeAlias, overload

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.forms import Field as FormField

from config.dates.edtf import MAX_LENGTH
from config.dates.forms import EdtfInput
from config.dates.values import EdtfError, Precision, UncertainDate

TEXT_MAX_LENGTH = 200
# In the order in which `UncertainDate` takes them.
_SUFFIXES = ("edtf", "text", "earliest", "latest", "precision")
_FIRST_DAY, _LAST_DAY = date(1, 1, 1), date(9999, 12, 31)
_POSTGRES_NAME_LENGTH = 63

# What may be assigned: see `UncertainDate.coerce`.
Assignable: TypeAlias = UncertainDate | Mapping[str, "str | None"] | str | None

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
else:
    CharField = models.CharField


class EdtfField(CharField):
    """The EDTF column of an uncertain date; the columns beside it are derived from it.

    It must stand before them on the model, for a row is written column by column;
    `UncertainDateField` sees to that.
    """

    # An emptied date clears its bounds too, so `full_clean` must not pass over it as it does over
    # empty fields.
    empty_values: Any = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Django's own arguments
        kwargs.setdefault("max_length", MAX_LENGTH)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def clean(self, value: object, model_instance: models.Model | None) -> str:
        """Validate the EDTF and derive the other columns. Raises `ValidationError`."""
        edtf: str = super().clean(value, model_instance)
        try:
            if model_instance is None:
                UncertainDate.parse(edtf)
            else:
                self._derive(model_instance, edtf)
        except EdtfError as error:
            raise ValidationError(str(error), code="edtf") from error
        return edtf

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001  # Django's signature
        """Derive the other columns. Raises `EdtfError`: what is no EDTF is never stored."""
        edtf: str = super().pre_save(model_instance, add)
        self._derive(model_instance, edtf)
        return edtf

    def formfield(self, **kwargs: Any) -> FormField | None:  # Django's own arguments
        """Make an input that says what the EDTF means; the admin would put in its own."""
        return super().formfield(**{**kwargs, "widget": EdtfInput})

    def _derive(self, instance: models.Model, edtf: str) -> None:
        name = self.attname.removesuffix("_edtf")
        value = UncertainDate.parse(
            edtf, getattr(instance, f"{name}_text"), getattr(instance, f"{name}_precision")
        )
        _write_columns(instance, name, value)


class UncertainDateField(property):
    """A date as well as it is known: an attribute over five columns, see the top of this module.

    Reading gives an `UncertainDate`, always, false when nothing is known, without parsing anything.
    Writing takes an `UncertainDate`, EDTF text, a document as the API shows it, or None, and raises
    `EdtfError` for bad EDTF.

    Being a property, it may be named in a constructor, `create` and `update_or_create`.
    `QuerySet.update` and `save(update_fields=...)` take columns: give them `columns(value)` and
    `column_names`.
    """

    name: str
    help_text: str

    def __init__(self, *, help_text: str, verbose_name: str = "") -> None:

        def read(instance: models.Model) -> UncertainDate:
            return UncertainDate(*self._get_columns(instance))

        super().__init__(read, self._write)
        self.help_text = help_text
        self.verbose_name = verbose_name
        # Made here and not when the class is, so that they keep their place among the other fields.
        self._columns: dict[str, models.Field[Any, Any]] = {
            "edtf": EdtfField(
                help_text=f"{help_text} In EDTF: 2025-05-10, 2025-05, 1961?, 196X, 2025-05/..; "
                "blank when none is known."
            ),
            "text": models.CharField(
                max_length=TEXT_MAX_LENGTH,
                blank=True,
                default="",
                help_text="The source's own words for the date, such as “Saturday night”; "
                "blank when it gives a plain date.",
            ),
            "precision": models.CharField(
                max_length=12,
                choices=Precision.choices,
                blank=True,
                default="",
                help_text="How finely the date is known. Derived from the EDTF; chosen only where there is none.",
            ),
            "earliest": models.DateField(
                null=True,
                blank=True,
                editable=False,
                help_text="First day that the EDTF allows, derived; null when there is no such limit.",
            ),
            "latest": models.DateField(
                null=True,
                blank=True,
                editable=False,
                help_text="Last day that the EDTF allows, derived; null when there is no such limit.",
            ),
        }

    def contribute_to_class(self, cls: type[models.Model], name: str) -> None:
        """Put the columns and the attribute on the model: Django calls this for what a body declares."""
        self.name = name
        label = self.verbose_name = self.verbose_name or name.replace("_", " ")
        labels = {
            "edtf": label,
            "text": f"{label} in the source's words",
            "precision": f"{label}: precision",
            "earliest": f"earliest {label}",
            "latest": f"latest {label}",
        }
        for suffix, column in self._columns.items():
            column.verbose_name = labels[suffix]
            column.contribute_to_class(cls, f"{name}_{suffix}")
        self._get_columns = attrgetter(*self.column_names)
        # A list in the admin can name the attribute as a column, and sort by it.
        vars(self.fget).update(short_description=label, admin_order_field=f"{name}_earliest")
        setattr(cls, name, self)

    @property
    def column_names(self) -> list[str]:
        return [f"{self.name}_{suffix}" for suffix in _SUFFIXES]

    def columns(self, value: Assignable) -> dict[str, Any]:
        """Return the five columns for a value, for `QuerySet.update`. Raises `EdtfError`."""
        return _columns_of(self.name, UncertainDate.coerce(value))

    def _write(self, instance: models.Model, value: Assignable) -> None:
        _write_columns(instance, self.name, UncertainDate.coerce(value))

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: type | None = None) -> Self: ...
        @overload
        def __get__(self, instance: models.Model, owner: type | None = None) -> UncertainDate: ...
        def __get__(
            self, instance: models.Model | None, owner: type | None = None
        ) -> Self | UncertainDate: ...
        def __set__(self, instance: models.Model, value: Assignable) -> None: ...


def _columns_of(name: str, value: UncertainDate) -> dict[str, Any]:
    return {f"{name}_{suffix}": getattr(value, suffix) for suffix in _SUFFIXES}


def _write_columns(instance: models.Model, name: str, value: UncertainDate) -> None:
    for column, content in _columns_of(name, value).items():
        setattr(instance, column, content)


class BoundsConstraint(models.CheckConstraint):
    """A check of derived bounds, which forms make too although nobody types bounds in them.

    Django leaves a check out of a form's validation when the form lacks one of its columns; then
    only the database would refuse the row, with an error page instead of a message.
    """

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Collection[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        super().validate(model, instance, self.left_out(exclude or ()), using)

    @staticmethod
    def left_out(exclude: Collection[str]) -> set[str]:
        """Return which of the columns that a form does not check are not checked here either."""
        return {column for column in exclude if not column.endswith(("_earliest", "_latest"))}


def uncertain_date_constraints(model: str, field: str) -> list[models.CheckConstraint]:
    """Return the checks of one uncertain date, named with the model's name, as in "reign".

    NULL bounds pass the first two: an unknown bound is neither out of order nor out of range. The
    third refuses bounds without EDTF, EDTF without any bound, and a date without its precision:
    signs of a write past this module.
    """
    earliest, latest = f"{field}_earliest", f"{field}_latest"
    what = field.replace("_", " ")
    years = (_FIRST_DAY, _LAST_DAY)
    no_bounds = models.Q(**{earliest: None, latest: None})
    without_edtf, without_precision = (
        models.Q(**{f"{field}_edtf": ""}),
        models.Q(**{f"{field}_precision": ""}),
    )
    return [
        BoundsConstraint(
            condition=models.Q(**{f"{earliest}__lte": models.F(latest)}),
            name=_named(model, field, "earliest_is_not_after_latest"),
            violation_error_message=f"The earliest {what} cannot be after the latest {what}.",
        ),
        BoundsConstraint(
            # PostgreSQL holds the year 294276 and infinity; Python's dates end at 9999 and could
            # not read them back.
            condition=models.Q(**{f"{earliest}__range": years})
            & models.Q(**{f"{latest}__range": years}),
            name=_named(model, field, "stays_within_years_1_to_9999"),
            violation_error_message=f"The {what} must lie in the years 1 to 9999.",
        ),
        BoundsConstraint(
            condition=(without_edtf & no_bounds)
            | (~without_edtf & ~no_bounds & ~without_precision),
            name=_named(model, field, "bounds_come_from_edtf"),
            violation_error_message=f"The bounds of the {what} follow from its EDTF; "
            "give the EDTF and leave them to it.",
        ),
    ]


def interval_constraint(model: str, start: str, end: str) -> models.CheckConstraint:
    """Return the check that an interval does not certainly end before it starts.

    It is broken only when the last possible end lies before the first possible start; NULL bounds
    pass.
    """
    article = "An" if model[0] in "aeio" else "A"
    return BoundsConstraint(
        condition=models.Q(**{f"{end}_latest__gte": models.F(f"{start}_earliest")}),
        name=_named(model, "does_not_certainly_end_before_it_starts"),
        violation_error_message=f"{article} {model.replace('_', ' ')} cannot end before it starts.",
    )


def _named(*words: str) -> str:
    name = "_".join(words)
    # PostgreSQL would cut a longer name off silently, and then two rules might share one.
    if len(name.encode()) > _POSTGRES_NAME_LENGTH:
        raise ValueError(
            f"{name} is longer than the {_POSTGRES_NAME_LENGTH} bytes of a name in PostgreSQL."
        )
    return name
