"""Actions in the form of an agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property

from agreements.models import AgreementAction, AgreementParty
from people.models import Organization, State
from records.admin.boxes import RecordChoice, RecordSelect, labels_of
from records.admin.forms import DeskForm, dated
from records.admin.parts import PagedFormSet, PartInline

if TYPE_CHECKING:
    from django.db.models import ForeignKey
    from django.http import HttpRequest

    from records.admin.boxes import Shown

#: Who a party may be, by the field of the party.
ACTORS = {"state": State, "organization": Organization}


def actor_of(value: object) -> tuple[str, str] | None:
    """Read the name of a party that the same form makes: `state:<id>` or `organization:<id>`; None for what is none."""
    name, _, key = str(value or "").partition(":")
    try:
        return (name, str(UUID(key))) if name in ACTORS else None
    except ValueError:
        return None


class PartySelect(RecordSelect):
    """A party of the agreement, or one that the same form makes."""

    def shown(self, value: Any) -> list[tuple[str, Shown]]:
        actor = actor_of(value)
        if actor is None:
            return super().shown(value)
        name, key = actor
        label = labels_of(self.site, ACTORS[name], [key]).get(key, "a deleted record")
        return [(str(value), (label, "among the parties of this form"))]


class PartyChoice(RecordChoice):
    """A party, as a row that is there or by who it is."""

    def to_python(self, value: Any) -> Any:
        """Return the party; for one that the same form makes, an unsaved one that says who it is."""
        actor = actor_of(value)
        return (
            super().to_python(value)
            if actor is None
            else AgreementParty(**{f"{actor[0]}_id": actor[1]})
        )


class ActionForm(DeskForm):
    """An action. Its party may be a new row of the same form, which is saved before."""

    #: Who the party is, where it has to be found when the parties are saved.
    actor: tuple[str, str] | None = None
    formset: ActionFormSet

    def clean_party(self) -> AgreementParty | None:
        """Keep who is meant until the parties are saved."""
        party: AgreementParty | None = self.cleaned_data["party"]
        if party is None or party.pk is not None:
            return party
        self.actor = actor_of(self.data[self.add_prefix("party")])
        if self.actor not in self.formset.actors:
            msg = "This party is not among the parties of the form any more."
            raise ValidationError(msg, code="no_such_party")
        return None


class ActionFormSet(PagedFormSet):
    """Actions, saved after the parties."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.formset = self

    @cached_property
    def actors(self) -> set[tuple[str, str]]:
        """Who is in the rows of parties that were sent with the actions, or is a party already."""
        data: Any = self.data
        sent = {
            (name, value)
            for each in data
            if each.startswith("parties-")
            and (name := each.rpartition("-")[2]) in ACTORS
            and not data.get(f"{each.rpartition('-')[0]}-DELETE")
            for value in data.getlist(each)
        }
        if self.instance._state.adding:
            return sent
        rows = AgreementParty.objects.filter(agreement=self.instance)
        return sent | {
            (name, str(key))
            for row in rows
            for name in ACTORS
            if (key := getattr(row, f"{name}_id"))
        }

    def save_new(self, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        self._name_party(form)
        return super().save_new(form, commit)

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        self._name_party(form)
        return super().save_existing(form, obj, commit)

    def _name_party(self, form: Any) -> None:
        if form.actor is not None:
            form.instance.party = self._parties[form.actor]

    def as_saved(self, name: str, values: list[str]) -> list[str]:
        """Name a party by its row where that is there by now."""
        if name != "party":
            return values
        rows = ((value, self._parties.get(actor_of(value) or ("", ""))) for value in values)
        return [value if row is None else str(row.pk) for value, row in rows]

    @cached_property
    def _parties(self) -> dict[tuple[str, str], AgreementParty]:
        """The parties by who they are; of one in several roles the first."""
        rows = AgreementParty.objects.filter(agreement=self.instance).order_by("-pk")
        rows = rows.select_related(*ACTORS)
        return {
            (name, str(key)): row
            for row in rows
            for name in ACTORS
            if (key := getattr(row, f"{name}_id"))
        }


class ActionInline(PartInline):
    """What was done about it. Its status is derived from that."""

    model = AgreementAction
    form = ActionForm
    formset = ActionFormSet
    verbose_name = "action"
    columns = ("kind", "by", "on", "in_effect", "note")
    read_for_lines = (
        *("agreement", "kind", "instrument", "text"),
        *("date_edtf", "date_text", "effective_date_edtf", "effective_date_text"),
        *("party__state__name", "party__organization__name"),
    )
    #: The parties show their actions too.
    per_page = 100
    rows = (
        ("kind", "party", "event"),
        dated("date"),
        dated("effective_date"),
        ("instrument", "text"),
    )

    @admin.display(description="party")
    def by(self, row: AgreementAction) -> str:
        return str(row.party.state or row.party.organization) if row.party else ""

    @admin.display(description="date")
    def on(self, row: Any) -> str:
        return str(row.date_edtf or row.date_text)

    @admin.display(description="effective date")
    def in_effect(self, row: Any) -> str:
        return str(row.effective_date_edtf or row.effective_date_text)

    def note(self, row: AgreementAction) -> str:
        return "; ".join(filter(None, [row.instrument, row.text]))

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "party":
            select = PartySelect(db_field, self.admin_site)
            kwargs |= {"form_class": PartyChoice, "widget": select}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Search the party among those of this agreement. Boxes find a new party when it is saved."""
        formset = super().get_formset(request, obj, **kwargs)
        field = formset.form.base_fields.get("party")
        if field is not None:
            key = obj.pk if obj is not None else ""
            field.queryset = field.queryset.filter(agreement=obj)
            field.widget.widget.attrs["data-narrow"] = f"agreement={key}"
        return formset
