"""Reference data of this app: the states. `manage.py load_reference` loads them."""

from __future__ import annotations

from django.db import transaction

from people.models import State, StateCode, StateName, StateSuccession
from people.reference_data.states import all_states
from records.publishing.publish import publish
from records.reference_data import Loaded


@transaction.atomic
def load() -> list[Loaded]:
    """Make and publish the states that are not there yet, all of them or none.

    A state that is there, known by its slug, is the desk's: neither its fields nor its names, codes and predecessors are
    touched, nor is it published again. So whatever a curator changes or removes stays changed or removed.
    """
    entries = all_states()
    known = dict(
        State.objects.filter(slug__in=[entry.slug for entry in entries]).values_list("slug", "pk")
    )
    new = [entry for entry in entries if entry.slug not in known]
    states = {entry.slug: State(**entry.fields()) for entry in new}
    State.objects.bulk_create(states.values())
    known |= {slug: state.pk for slug, state in states.items()}
    StateCode.objects.bulk_create(
        StateCode(state=states[entry.slug], **vars(code)) for entry in new for code in entry.codes
    )
    StateName.objects.bulk_create(
        StateName(record=states[entry.slug], language="en", **vars(name))
        for entry in new
        for name in entry.names
    )
    StateSuccession.objects.bulk_create(
        StateSuccession(
            successor=states[entry.slug],
            predecessor_id=known[predecessor.slug],
            **predecessor.fields(),
        )
        for entry in new
        for predecessor in entry.predecessors
    )
    if states:
        publish(*states.values(), by=None)
    return [Loaded("states", created=len(new), unchanged=len(entries) - len(new))]
