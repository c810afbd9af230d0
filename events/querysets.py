"""What can be asked of events and relations in the working tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Case, F, Q, QuerySet, When

from config.dates.queries import is_dated

if TYPE_CHECKING:
    from people.models import State


class EventQuerySet(QuerySet[Any]):
    """Events."""

    def dated(self) -> Self:
        """Events of whose time something is known."""
        return self.filter(is_dated("when") | is_dated("end"))

    def undated(self) -> Self:
        """Events of whose time nothing is known but perhaps words."""
        return self.exclude(is_dated("when") | is_dated("end"))


class RelationQuerySet(QuerySet[Any]):
    """Relations."""

    def of(self, state: State) -> Self:
        """Relations of a state with whichever other."""
        return self.filter(Q(state_a=state) | Q(state_b=state))

    def between(self, one: State, other: State) -> Self:
        """The relation of two states, whichever is named first; at most one."""
        first, second = sorted([one, other], key=lambda state: state.pk)
        return self.filter(state_a=first, state_b=second)

    def with_other(self, state: State) -> Self:
        """Relations of a state, each with the id of the other one as `other_id`."""
        other = Case(When(state_a=state, then=F("state_b")), default=F("state_a"))
        return self.of(state).annotate(other_id=other)
