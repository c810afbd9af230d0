"""Asks the questions of ../test_clients.py with the client made by openapi-python-client; prints the answers."""

import json
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chancery_client import Client
from chancery_client.api.agreements import agreements_list
from chancery_client.api.events import events_list, events_revisions
from chancery_client.api.people import people_list, people_retrieve
from chancery_client.api.states import states_retrieve
from chancery_client.models import (
    Count,
    EventList,
    EventStatus,
    PeopleOrdering,
    PersonList,
    Problem,
    UncertainDate,
)
from chancery_client.types import Response

client = Client(base_url=sys.argv[1])
answers: dict[str, dict[str, Any]] = {}


def keep(name: str, answer: Response[Any]) -> Any:
    answers[name] = {"status": answer.status_code, "body": answer.parsed.to_dict()}
    return answer.parsed


with client:
    events = keep("list", events_list.sync_detailed(client=client))
    keep("two_values", events_list.sync_detailed(client=client, state=["PK", "IN"]))
    keep(
        "two_words",
        events_list.sync_detailed(
            client=client, status=[EventStatus.OCCURRED, EventStatus.ALLEGED]
        ),
    )
    keep("one", states_retrieve.sync_detailed("PK", client=client))
    keep("revisions", events_revisions.sync_detailed("rubio-dar-call", client=client))
    keep(
        "days",
        events_list.sync_detailed(client=client, date_after="2025-05-01", date_before="2025-05-31"),
    )
    page = keep(
        "first_page",
        people_list.sync_detailed(client=client, page_size=2, ordering=PeopleOrdering.LABEL),
    )
    assert isinstance(page, PersonList)
    (cursor,) = parse_qs(urlsplit(str(page.next_)).query)["cursor"]
    keep(
        "second_page",
        people_list.sync_detailed(
            client=client, page_size=2, ordering=PeopleOrdering.LABEL, cursor=cursor
        ),
    )
    # A document without its other fields is none to this client: who chooses fields reads the answer as it comes.
    answer = client.get_httpx_client().get(
        "/api/v1/statements/", params={"fields": ["id", "label"], "page_size": 3}
    )
    answers["fields"] = {"status": answer.status_code, "body": answer.json()}
    keep(
        "without_total",
        agreements_list.sync_detailed(client=client, count=Count.NONE),
    )
    refused = keep("problem", events_list.sync_detailed(client=client, page_size=0))
    missing = keep("missing", people_retrieve.sync_detailed("nobody", client=client))

# The classes that the answers have become.
assert isinstance(events, EventList)
assert isinstance(refused, Problem)
assert isinstance(missing, Problem)
typed = {
    "events": [
        {
            "title": event.title,
            "status": event.status.value,
            "earliest": event.when.earliest.isoformat()
            if isinstance(event.when, UncertainDate) and event.when.earliest
            else None,
            "participants": [
                each.participant and each.participant.label for each in event.participations
            ],
        }
        for event in events.results
    ],
    "total": page.total and page.total.value,
    "faults": [[fault.code, fault.parameter] for fault in refused.errors],
    "problems": [refused.code, missing.code],
}
print(json.dumps({"answers": answers, "typed": typed}))
