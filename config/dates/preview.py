"""What an EDTF text means, for the live preview under the input.

Route it as

    path("admin/edtf-meaning/", edtf_meaning, name="edtf-meaning")

before the admin's own routes. Without a route the inputs still show the meaning of what is saved.
"""

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from config.dates.values import EdtfError, UncertainDate
from config.dates.written import readings


@require_GET
@staff_member_required
def edtf_meaning(request: HttpRequest) -> JsonResponse:
    """Answer `?edtf=` with `{"meaning": ...}`, or with `{"error": ..., "readings": [{"edtf": ..., "meaning": ...}]}`.

    The readings are what the text may mean as people write dates, the likeliest first, for the curator to choose from. Half-typed dates are wrong all the time, so an error is an ordinary answer here, status 200.
    """
    text = request.GET.get("edtf", "").strip()
    try:
        return JsonResponse({"meaning": UncertainDate.parse(text).meaning() if text else ""})
    except EdtfError as error:
        meant = [
            {"edtf": each, "meaning": UncertainDate.parse(each).meaning()}
            for each in readings(text)
        ]
        return JsonResponse({"error": str(error), "readings": meant})
