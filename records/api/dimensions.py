"""What lists are counted by: how a record's values are found and shown, and what sources and topics are counted by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from config.api.sql import Clause, column
from records.as_of import every_reference
from records.models import SourceKind
from records.publishing.documents import sort_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from enum import Enum
    from uuid import UUID

    from records.models import Edition, Grain

#: Microseconds that the parts of a record take: they are read, compared with what there is, and joined to it again.
PART = 4.0

#: What a row says of records whose date may lie in several of the spans that are counted.
UNCERTAIN = "uncertain"
#: The same among the numbers of spans.
NO_SPAN = -1


class Parts:
    """A part of records, of which each may have several, with values of one or more dimensions."""

    #: The columns of the editions from which it is read.
    columns: tuple[str, ...] = ()

    def price(self, names: Sequence[str]) -> float:  # noqa: ARG002 - for parts that cost more
        """Microseconds that the parts of one record take."""
        return PART

    def refusal(self, names: Sequence[str]) -> str | None:  # noqa: ARG002 - for parts that have limits
        """Say why these dimensions cannot be asked of the same part; None where they can."""
        return None

    def rows(self, names: Sequence[str], found: Clause) -> Clause:
        """A statement that gives `record_id` and the values of these dimensions, each combination of a record once.

        It may read `found`, which has `record_id` and `columns` of the records; the argument is the statement of that.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms by which sums distinguish the values of a dimension, each with its value, and how fine they are summed up."""

    all_of_them: Callable[[], Iterable[tuple[int, Any]]]
    grains: frozenset[Grain]


class Dimension:
    """Base of what records are counted by. `help_text` says what it means, without a full stop."""

    #: Kinds of record that its values name.
    kinds: tuple[str, ...] = ()
    #: Where a record has several values: the part that has them.
    parts: Parts | None = None
    #: Whether the tables that lead to editions have its columns too.
    is_led = False

    #: What it is in the table of sums (`config.api.sql.Summed`), if it is there: `term`, `type`, `month` or `year`.
    axis = ""

    def __init__(self, help_text: str, terms: Terms | None = None) -> None:
        self.help_text = help_text
        self.terms = terms
        if terms:
            self.axis = "term"

    def value(self, editions: type[Edition]) -> Clause:
        """The value of a row of the editions, where it has one at most; NULL when it is unknown."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of what `shown` gives."""
        raise NotImplementedError

    def shown(self, value: Any, references: Mapping[UUID, dict[str, Any]]) -> Any:  # noqa: ARG002 - one signature
        """The value as rows show it."""
        return value

    def place(self, shown: Any) -> Any:
        """What rows are sorted by; unknown ones come last of all."""
        return shown


@dataclass(frozen=True, slots=True)
class DaysSql:
    """Where SQL finds the first and the last day that a record may have, and whether they are known."""

    first: str
    last: str
    is_known: str  #: something is known of them
    is_open: str  #: it may lie before the first or after the last one


class TimeSpan(Dimension):
    """The year, month or decade in which something was: the span of days in which all its possible days lie."""

    #: Of each span, the number of the one in which a day lies, and the text of a number.
    STEPS: ClassVar[dict[str, tuple[str, Callable[[int], str]]]] = {
        "year": ("date_part('year', {day})::int", "{:04}".format),
        "month": (
            "(date_part('year', {day}) * 12 + date_part('month', {day}) - 1)::int",
            lambda number: f"{number // 12:04}-{number % 12 + 1:02}",
        ),
        "decade": ("(date_part('year', {day})::int / 10)", "{:03}X".format),
    }
    #: The days of the longest one.
    LONGEST: ClassVar[dict[str, int]] = {"year": 366, "month": 31, "decade": 3_653}
    PATTERNS: ClassVar[dict[str, str]] = {
        "year": "[0-9]{4}",
        "month": "[0-9]{4}-[0-9]{2}",
        "decade": "[0-9]{3}X",
    }

    def __init__(
        self,
        step: str,
        days: Callable[[type[Edition]], DaysSql],
        help_text: str,
        *,
        is_led: bool = False,
    ) -> None:
        super().__init__(help_text)
        self.step = step
        self.days = days
        self.is_led = is_led
        # A decade is made of whole years.
        self.axis = ("month" if step == "month" else "year") if is_led else ""

    def value(self, editions: type[Edition]) -> Clause:
        days = self.days(editions)
        number, _text = self.STEPS[self.step]
        first, last = number.format(day=days.first), number.format(day=days.last)
        return Clause(
            f"CASE WHEN NOT ({days.is_known}) THEN NULL WHEN {days.is_open} THEN {NO_SPAN}"
            # Most are of one day: what span that lies in is found once. What is too long for any needs no look.
            f" WHEN {days.last} - {days.first} >= {self.LONGEST[self.step]} THEN {NO_SPAN} WHEN {days.first} = {days.last} OR {first} = {last} THEN {first} ELSE {NO_SPAN} END"
        )

    def schema(self) -> dict[str, Any]:
        return {
            "type": ["string", "null"],
            "pattern": f"^({self.PATTERNS[self.step]}|{UNCERTAIN})$",
            "description": f"{self.help_text}, as in EDTF; `{UNCERTAIN}` where that may be several, null when nothing is known of it.",
        }

    def shown(self, value: int | None, references: Mapping[UUID, dict[str, Any]]) -> str | None:  # noqa: ARG002 - one signature
        """The span as EDTF writes it."""
        if value is None or value == NO_SPAN:
            return None if value is None else UNCERTAIN
        return self.STEPS[self.step][1](value)

    def place(self, shown: str) -> Any:
        return shown == UNCERTAIN, shown


def spans(
    days: Callable[[type[Edition]], DaysSql], help_text: str, *, is_led: bool = False
) -> dict[str, Dimension]:
    """Year, month and decade of the same days."""
    return {
        step: TimeSpan(step, days, f"The {step} {help_text}", is_led=is_led)
        for step in TimeSpan.STEPS
    }


def days_of(prefix: str) -> Callable[[type[Edition]], DaysSql]:
    """The days of `ReachColumns`."""

    def days(editions: type[Edition]) -> DaysSql:
        any_day = column(editions, f"{prefix}_any")[0]
        return DaysSql(
            f"lower({any_day})",
            f"(upper({any_day}) - 1)",
            f"{column(editions, f'{prefix}_possible')[0]} IS NOT NULL",
            f"lower_inf({any_day}) OR upper_inf({any_day})",
        )

    return days


class Word(Dimension):
    """A word of a choice list, in a column of its own or given by `value`."""

    def __init__(
        self,
        help_text: str,
        choices: type[Enum] | Iterable[str] = (),
        *,
        column: str = "",
        value: Callable[[type[Edition]], Clause] | None = None,
        parts: Parts | None = None,
        terms: Terms | None = None,
    ) -> None:
        super().__init__(help_text, terms)
        self.choices = [str(getattr(choice, "value", choice)) for choice in choices]
        self.column = column
        self.parts = parts
        self._value = value

    def value(self, editions: type[Edition]) -> Clause:
        if self._value is not None:
            return self._value(editions)
        return Clause(f"NULLIF({column(editions, self.column)[0]}, '')")

    def schema(self) -> dict[str, Any]:
        listed = {"enum": [*self.choices, None]} if self.choices else {}
        text = f"{self.help_text}; null when unknown."
        return {"type": ["string", "null"], **listed, "description": text}

    def place(self, shown: str) -> Any:
        """Words of a list come as the list has them."""
        return self.choices.index(shown) if shown in self.choices else len(self.choices), shown


class Named(Dimension):
    """A record that is named: in a column, or by a part of which there may be several."""

    def __init__(
        self,
        help_text: str,
        kinds: str | tuple[str, ...],
        *,
        column: str = "",
        value: Callable[[type[Edition]], Clause] | None = None,
        parts: Parts | None = None,
        is_led: bool = False,
        axis: str = "",
        terms: Terms | None = None,
    ) -> None:
        super().__init__(help_text, terms)
        self.axis = axis or self.axis
        self.kinds = (kinds,) if isinstance(kinds, str) else kinds
        self.column = column
        self.parts = parts
        self.is_led = is_led
        self._value = value

    def value(self, editions: type[Edition]) -> Clause:
        if self._value is not None:
            return self._value(editions)
        return Clause(column(editions, self.column)[0])

    def schema(self) -> dict[str, Any]:
        shapes = [{"$ref": f"#/components/schemas/{_shape(kind)}"} for kind in self.kinds]
        text = f"{self.help_text}; null where there is none on record."
        return {"oneOf": [*shapes, {"type": "null"}], "description": text}

    def shown(self, value: UUID | None, references: Mapping[UUID, dict[str, Any]]) -> Any:
        return None if value is None else references[value]

    def place(self, shown: dict[str, Any]) -> Any:
        return sort_label(shown["label"]), shown["id"]


def _shape(kind: str) -> str:
    """The schema component of references to a kind."""
    return "".join(word.capitalize() for word in kind.split("_")) + "Reference"


class Listed(Parts):
    """What a column has a list of, ids of records all."""

    def __init__(self, column: str) -> None:
        self.columns = (column,)

    def rows(self, names: Sequence[str], found: Clause) -> Clause:  # noqa: ARG002 - one signature
        (name,) = names
        return Clause(f"SELECT DISTINCT record_id, unnest({self.columns[0]}) AS {name} FROM found")  # noqa: S608 - names of ours


class NamedAnywhere(Parts):
    """Records of a kind that the document names, where it names them in one field only."""

    columns = ("refs",)

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def rows(self, names: Sequence[str], found: Clause) -> Clause:  # noqa: ARG002 - one signature
        (name,) = names
        return Clause(
            f"SELECT found.record_id, reference.id AS {name} FROM found CROSS JOIN unnest(found.refs) AS named (id)"  # noqa: S608 - names of ours
            f" JOIN {every_reference()} AS reference ON reference.id = named.id AND reference.kind = %s",
            (self.kind,),
        )


SOURCES: dict[str, Dimension] = {
    "kind": Word("What sort of publication it is", SourceKind, column="kind"),
    "publisher": Word("Who published it", column="publisher"),
}

TOPICS: dict[str, Dimension] = {
    "broader": Named("The next broader topic", "topic", column="broader_topic_id"),
}
