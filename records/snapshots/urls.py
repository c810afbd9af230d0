"""Addresses of snapshots."""

from config.api.routing import address
from records.snapshots.views import SnapshotFileView, SnapshotView

urlpatterns = [
    address("snapshots", SnapshotView.as_view({"get": "list"}), "snapshots-list"),
    address(
        r"snapshots/(?P<name>[^/]+)", SnapshotView.as_view({"get": "retrieve"}), "snapshots-detail"
    ),
    address(
        r"snapshots/(?P<name>[^/]+)/(?P<file>[^/]+)",
        SnapshotFileView.as_view({"get": "retrieve"}),
        "snapshots-file",
    ),
]
