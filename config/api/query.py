"""The query string, strictly read: whatever is not understood is a fault, and all faults are reported together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from config.api.problems import Problem, parameter_problem
from config.faults import Fault, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

MAX_QUERY_LENGTH = 16_384
#: Different names in one query string; how often each may be repeated, `MAX_VALUES` says.
MAX_PARAMETERS = 20
MAX_VALUES = 100
MAX_VALUE_LENGTH = 200
#: Faults reported at most.
MAX_FAULTS = 50

_HEX = frozenset("0123456789abcdefABCDEF")

#: Parameters for the beginning and the end of a window, for a day, and for a month or a year.
_BEGINS = ("date_after", "signed_after", "start_after")
_ENDS = ("date_before", "signed_before", "end_before")
_DAY = (
    "on",
    "existed_on",
    "holding_on",
    "date_after",
    "in_force_on",
    "signed_after",
    "start_after",
)
_YEAR = ("date_after", "signed_after", "on", "existed_on", "holding_on", "start_after")
#: What callers who know other interfaces write, and what it is called here: the first that the address takes is suggested.
_MEANINGS: Mapping[str, tuple[str, ...]] = {
    "actor": ("person", "speaker"),
    "after": _BEGINS,
    "asof": ("as_of",),
    "author": ("speaker",),
    "before": _ENDS,
    "category": ("type", "classification", "form", "kind"),
    "city": ("place",),
    "columns": ("fields",),
    "country": ("state", "party", "about"),
    "country_code": ("state", "party", "code", "about"),
    "cursor": ("after",),
    "date": _DAY,
    "date_from": _BEGINS,
    "date_max": _ENDS,
    "date_min": _BEGINS,
    "date_start": _BEGINS,
    "date_to": _ENDS,
    "day": _DAY,
    "embed": ("expand",),
    "end_date": _ENDS,
    "event_date": ("on", "existed_on", "holding_on", "date_after", "in_force_on"),
    "event_type": ("type",),
    "exclude": ("omit",),
    "from": _BEGINS,
    "from_date": _BEGINS,
    "group_by": ("by",),
    "groupby": ("by",),
    "kind": ("type", "classification", "form", "object"),
    "keyword": ("search", "q"),
    "limit": ("page_size",),
    "holder": ("person",),
    "host": ("participant.state",),
    "include": ("expand",),
    "iso": ("state", "party", "code"),
    "leader": ("person",),
    "location": ("place",),
    "max_date": _ENDS,
    "maxrecords": ("page_size",),
    "min_date": _BEGINS,
    "modified_since": ("published_after",),
    "month": _YEAR,
    "name": ("search", "q"),
    "nationality": ("state",),
    "offset": ("cursor", "after"),
    "order": ("ordering",),
    "order_by": ("ordering",),
    "org": ("organization",),
    "page": ("cursor",),
    "participant": ("person", "state"),
    "participants": ("person", "state"),
    "party": ("state",),
    "people": ("person",),
    "per_page": ("page_size",),
    "position": ("office", "after"),
    "post": ("office",),
    "president": ("person",),
    "q": ("search",),
    "query": ("search", "q"),
    "role": ("classification", "kind"),
    "search": ("q",),
    "select": ("fields",),
    "signatory": ("party",),
    "since": ("date_after", "signed_after", "start_after", "published_after", "after"),
    "size": ("page_size",),
    "sort": ("ordering",),
    "sort_by": ("ordering",),
    "start_date": _BEGINS,
    "state": ("party", "about"),
    "subject": ("topic", "about"),
    "tag": ("topic",),
    "text": ("search", "q"),
    "theme": ("topic",),
    "title": ("office", "search"),
    "to": _ENDS,
    "to_date": _ENDS,
    "treaty": ("agreement",),
    "type": ("kind", "classification", "form", "object"),
    "until": _ENDS,
    "updated_since": ("published_after",),
    "visitor": ("participant.person", "person"),
    "when": _DAY,
    "who": ("person", "speaker"),
    "year": _YEAR,
}
#: Of these, those that mean one day, month or year, which a window has only between its two ends.
_SPANS = frozenset({"date", "day", "event_date", "month", "when", "year"})
#: Operators of other interfaces, behind two underscores: those that leave out, and those that begin and end a window.
_LEAVING_OUT = frozenset({"exclude", "isnot", "ne", "neq", "nin", "not", "not_in"})
_FROM = frozenset({"gt", "gte", "min"})
_UNTIL = frozenset({"lt", "lte", "max"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter as the schema and the docs show it."""

    name: str
    help_text: str
    #: JSON Schema of one value; a callable where only a later app knows it
    schema: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = field(
        default_factory=lambda: {"type": "string"}
    )
    is_list: bool = False  #: takes several values, divided by commas or as repeated parameters
    most: int = MAX_VALUES  #: how many of them
    #: A parameter of the request that says how this one and others like it are read; alone it is a fault.
    companion: Parameter | None = None
    is_rated: bool = False  #: rows of the list say how well they match it
    cost: int = 0  #: units of the rate limit that it adds to what the operation costs
    costly: tuple[str, ...] = ()  #: the values that cost it, where the others are free


def choice_fault(name: str, text: str, choices: Collection[str]) -> Fault:
    """Say what could be written instead of `text`."""
    shown = ", ".join(list(choices)[:30]) + (", …" if len(choices) > 30 else "")
    return Fault(
        "invalid_choice",
        f"“{text}” is not one of {shown}.",
        name,
        suggestion=nearest(text, choices),
    )


class Query:
    """The parameters of one request. Take them by name; `refuse_faults` raises what was wrong with any of them.

    A repeated parameter is the same as its values divided by commas, since generated clients send lists as repeats.
    """

    __slots__ = ("_pairs", "_repeated", "faults", "values", "without_effect")

    def __init__(self, raw: str) -> None:
        """Read a query string as WSGI hands it over: bytes disguised as Latin-1.

        Raises Problem when it is too long to look at.
        """
        self.values: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.without_effect: set[str] = set()  #: parameters that say their default
        self._pairs: list[tuple[str, str]] = []
        self._repeated: set[str] = set()
        if not raw:
            return
        if len(raw) > MAX_QUERY_LENGTH:
            raise Problem("uri_too_long")
        for piece in raw.split("&"):
            if piece:
                self._read(piece)
        if len(self.values) > MAX_PARAMETERS:
            detail = f"There are {len(self.values)} parameters; at most {MAX_PARAMETERS} are taken."
            raise parameter_problem([Fault("too_many_parameters", detail)])

    def _read(self, piece: str) -> None:
        raw_name, _, raw_text = piece.partition("=")
        name = _decoded(raw_name)
        if name is None:
            shown = raw_name[:MAX_VALUE_LENGTH].encode("ascii", "backslashreplace").decode()
            self.fault(
                "invalid_encoding",
                "The parameter's name is not percent-encoded UTF-8 without NUL.",
                shown,
            )
            return
        self._pairs.append((name, piece))
        text = _decoded(raw_text)
        if text is None:
            self.fault(
                "invalid_encoding", "The value is not percent-encoded UTF-8 without NUL.", name
            )
            text = ""
        elif not text.strip():
            self.fault("empty_value", "The value is empty; leave the parameter out instead.", name)
            text = ""
        if name in self.values:
            self._repeated.add(name)
            text = ",".join(filter(None, (self.values[name], text)))
        self.values[name] = text

    def fault(self, code: str, detail: str, parameter: str, suggestion: str | None = None) -> None:
        self.faults.append(Fault(code, detail, parameter, suggestion=suggestion))

    def know(self, known: Mapping[str, Parameter]) -> None:
        """Report parameters that are not known, and take note of those that say what holds without them."""
        self.refuse_unknown(known)
        for name, text in self.values.items():
            schema = known[name].schema if name in known else {}
            if (
                not callable(schema)
                and "default" in schema
                and text == str(schema["default"]).lower()
            ):
                self.without_effect.add(name)

    def refuse_unknown(self, known: Collection[str]) -> None:
        for name in self.values:
            if name not in known:
                shown = name[:MAX_VALUE_LENGTH]
                meant = _nearest_parameter(shown, known)
                detail = "There is no such parameter here."
                if shown.lower() in _SPANS and meant and meant.endswith("_after"):
                    end = f"{meant.removesuffix('after')}before"
                    detail += f" One day, month or year is asked for with both `{meant}` and `{end}`, which are inclusive."
                self.fault("unknown_parameter", detail, shown, meant)

    def refuse_faults(self) -> None:
        if self.faults:
            raise parameter_problem(self.faults[:MAX_FAULTS])

    def text(self, name: str, *, at_most: int = MAX_VALUE_LENGTH) -> str | None:
        """The value of a parameter that takes one; None when it is absent or already at fault."""
        text = self.values.get(name)
        if not text:
            return None
        if name in self._repeated:
            self.fault(
                "repeated_parameter", "It takes one value, and is given more than once.", name
            )
            self.values[name] = ""
            return None
        if len(text) > at_most:
            self.fault(
                "too_long",
                f"The value has {len(text)} characters; at most {at_most} are taken.",
                name,
            )
            return None
        return text

    def words(self, name: str) -> list[str]:
        """The values of a parameter that takes a list, without repetitions."""
        text = self.values.get(name)
        if not text:
            return []
        words = text.split(",")
        if len(words) > MAX_VALUES:
            self.fault(
                "too_many_values",
                f"There are {len(words)} values; at most {MAX_VALUES} are taken.",
                name,
            )
            return []
        good = []
        for word in dict.fromkeys(words):
            if not word.strip():
                self.fault(
                    "empty_value", "One of the values is empty: there is a comma too many.", name
                )
            elif len(word) > MAX_VALUE_LENGTH:
                detail = (
                    f"A value has {len(word)} characters; at most {MAX_VALUE_LENGTH} are taken."
                )
                self.fault("too_long", detail, name)
            else:
                good.append(word)
        return good

    def choice(self, name: str, choices: Collection[str]) -> str | None:
        """The value of a parameter that takes one of a few words."""
        text = self.text(name)
        if text is None or text in choices:
            return text
        self.faults.append(choice_fault(name, text, choices))
        return None

    def integer(self, name: str, *, default: int, at_least: int, at_most: int) -> int:
        """The value of a parameter that takes a whole number within bounds, in ASCII digits."""
        text = self.text(name)
        if text is None:
            return default
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal()):
            self.fault("invalid_number", f"“{text}” is not a whole number in ASCII digits.", name)
        elif len(digits) > 18 or not at_least <= int(text) <= at_most:
            self.fault("out_of_range", f"{text} is not from {at_least} to {at_most}.", name)
        else:
            return int(text)
        return default

    def raw_without(self, *names: str) -> str:
        """The query string as it came, less some parameters."""
        return "&".join(piece for name, piece in self._pairs if name not in names)


def _decoded(raw: str) -> str | None:
    """Percent-decode strictly; None when it is no UTF-8, holds NUL, or a percent sign stands alone."""
    if "%" in raw:
        for piece in raw.split("%")[1:]:
            if len(piece) < 2 or piece[0] not in _HEX or piece[1] not in _HEX:
                return None
    elif raw.isascii() and "\0" not in raw:
        return raw.replace("+", " ")
    try:
        text = unquote_to_bytes(raw.replace("+", " ").encode("latin-1")).decode()
    except UnicodeError:
        return None
    return None if "\0" in text else text


def _nearest_parameter(name: str, known: Collection[str]) -> str | None:
    """The name that was probably meant: by what it means before how it is spelled, and never one that asks for the opposite.

    `kind__in` means `kind`, `kind__ne` what leaves it out if there is such, `date__lte` the end of a window.
    """
    base, _, operator = name.partition("__")
    if name.endswith("!"):  # `kind!=visit`
        base, operator = name[:-1], "ne"
    operator = operator.lower()
    group, dot, word = base.rpartition(".")
    meanings = _MEANINGS.get(word.lower().replace("-", "_"), ())
    meant = [base, *(f"{group}{dot}{meaning}" for meaning in meanings)]
    if operator in _LEAVING_OUT:
        can_be_left_out = [each.removesuffix("__not") for each in known if each.endswith("__not")]
        exactly = (each for each in meant if each in can_be_left_out)
        found = next(exactly, None) or nearest(base, can_be_left_out)
        return f"{found}__not" if found else None
    if operator in _FROM | _UNTIL:
        end, bound = ("after", "gte") if operator in _FROM else ("before", "lte")
        windows = [f"{base}__{bound}", *(f"{each.removesuffix('_after')}_{end}" for each in meant)]
        return next((each for each in windows if each in known), None)
    return next((each for each in meant if each in known), None) or nearest(name, known)
