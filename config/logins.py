"""Which log-ins are refused: who guesses is slowed, and nobody can lock a curator out from outside.

What is counted are wrong passwords within the last `AXES_COOLOFF_TIME`, by django-axes. While a log-in is refused, further
attempts are not counted, so that a refusal ends.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db.models import Q, Sum
from django.utils import timezone

from config.security import network_of

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Wrong passwords of any accounts from one address: one password that is tried with many names. An office behind one
#: address mistypes less in a quarter of an hour.
OF_AN_ADDRESS = 40
#: Wrong passwords of one account from all addresses that are not known to be its owner's.
OF_AN_ACCOUNT = 40
#: How long an address from which somebody logged in is known to be theirs.
KNOWN = timedelta(days=60)


def client_address(request: HttpRequest) -> str | None:
    """Return what a client is counted by; of IPv6 the first address of its network."""
    return network_of(request.META.get("REMOTE_ADDR", "")).partition("/")[0] or None


class LoginAttempts(AxesDatabaseHandler):  # type: ignore[misc] # axes is not typed
    """Counts by account and address together, by address alone, and by account from addresses that are not known.

    A curator who has logged in from an address before is refused there for their own mistakes and those of their
    neighbours only, whatever others do elsewhere.
    """

    def get_failures(self, request: Any, credentials: Any = None) -> int:
        """Return the count that is nearest to its limit, on the scale of `AXES_FAILURE_LIMIT`."""
        account, address = get_client_username(request, credentials), request.axes_ip_address
        theirs, here = Q(username=account), Q(ip_address=address)
        recent = AccessAttempt.objects.filter(attempt_time__gte=get_cool_off_threshold(request))
        wrong = recent.filter(theirs | here).aggregate(
            both=Sum("failures_since_start", filter=theirs & here, default=0),
            address=Sum("failures_since_start", filter=here, default=0),
            account=Sum("failures_since_start", filter=theirs, default=0),
        )
        shares = [wrong["both"] / settings.AXES_FAILURE_LIMIT, wrong["address"] / OF_AN_ADDRESS]
        if wrong["account"] >= OF_AN_ACCOUNT and not _is_known(account, address):
            shares.append(1)
        return int(max(shares) * settings.AXES_FAILURE_LIMIT)


def _is_known(account: str | None, address: str | None) -> bool:
    logged_in = AccessLog.objects.filter(username=account, ip_address=address)
    return bool(logged_in.filter(attempt_time__gte=timezone.now() - KNOWN).exists())
