"""Agreements that a statement is about, in the form of the statement."""

from __future__ import annotations

from agreements.models import AgreementSubject
from events.admin.statement import StatementAdmin
from records.admin.parts import TabularPartInline


class AgreementSubjectInline(TabularPartInline):
    """The agreements that it is about."""

    model = AgreementSubject
    verbose_name = "agreement"
    rows = ("agreement",)


# Statements know nothing of agreements (docs/decisions/0041), so this app adds to their form what is its own.
StatementAdmin.inlines = (*StatementAdmin.inlines, AgreementSubjectInline)
