"""The address of everything; the only place that sees all apps."""

from django.contrib import admin
from django.urls import include, path

from agreements.urls import urlpatterns as agreements_urls
from config.api import docs
from config.api.routing import address
from config.api.views import IndexView, ProblemView, index_of
from config.dates.preview import edtf_meaning
from events.urls import urlpatterns as events_urls
from people.urls import urlpatterns as people_urls
from records.api.urls import urlpatterns as records_urls
from records.exchange.schema import exchange_schema_json
from records.front_page import home
from records.snapshots.urls import urlpatterns as snapshots_urls

#: Addresses of resources. Most asked for first: each resource before it costs a comparison.
resources = [*events_urls, *agreements_urls, *people_urls, *records_urls, *snapshots_urls]

api = [
    *resources,
    address(r"openapi\.json", docs.openapi_json, "openapi-json"),
    address(r"openapi\.yaml", docs.openapi_yaml, "openapi-yaml"),
    address(r"exchange\.schema\.json", exchange_schema_json, "exchange-schema"),
    address("docs", docs.swagger, "docs"),
    address("problems", ProblemView.as_view({"get": "list"}), "problem-types"),
    address(
        r"problems/(?P<code>[a-z_]+)", ProblemView.as_view({"get": "retrieve"}), "problem-type"
    ),
]

urlpatterns = [
    path("api/v1/", include(api)),
    address("api/v1", IndexView.as_view({"get": "list"}, resources=index_of(resources)), "index"),
    path("", home, name="home"),
    path("admin/edtf-meaning/", edtf_meaning, name="edtf-meaning"),
    path("admin/", admin.site.urls),
]

handler400 = "config.api.problems.bad_request"
handler403 = "config.api.problems.permission_denied"
handler404 = "config.api.problems.page_not_found"
handler500 = "config.api.problems.server_error"
