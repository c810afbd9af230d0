"""Saving a list of the desk under a name, for oneself or for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.urls import path
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from config.text import validate_line
from records.admin.generics import AnyModelAdmin
from records.admin.page import address_of
from records.home import lists_of
from records.models import SavedList
from records.registry import kind_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

#: Parameters that say how a list is looked at, not what it lists.
_NOT_KEPT = ("p", "all", "e", "_popup", "_to_field", "format")


def _longest(column: str) -> int:
    """Return how many letters a column of a saved list holds."""
    field: Any = SavedList._meta.get_field(column)
    return int(field.max_length)


class _SaveForm(forms.Form):
    name = forms.CharField(max_length=_longest("name"), validators=[validate_line])
    query = forms.CharField(required=False)
    is_shared = forms.BooleanField(required=False)

    def clean_query(self) -> str:
        given = QueryDict(self.cleaned_data["query"].removeprefix("?"))
        query = urlencode(
            [
                (name, text)
                for name, texts in given.lists()
                if name not in _NOT_KEPT
                for text in texts
                if text.strip()
            ]
        )
        # As it is kept: a letter may take six there.
        if len(query) > (most := _longest("query")):
            msg = (
                f"What the list is asked has {len(query):,} letters; at most {most:,} can be saved."
            )
            raise forms.ValidationError(msg)
        return query


class SavedLists(AnyModelAdmin):
    """The addresses below a list."""

    def get_urls(self) -> list[URLPattern]:
        view, opts = self.admin_site.admin_view, self.opts
        name = f"{opts.app_label}_{opts.model_name}"
        return [
            path("lists/", view(require_POST(self.save_list)), name=f"{name}_save_list"),
            path(
                "lists/<int:key>/delete/",
                view(require_POST(self.delete_list)),
                name=f"{name}_delete_list",
            ),
            *super().get_urls(),
        ]

    def save_list(self, request: HttpRequest) -> HttpResponse:
        """Save a list; one of the same name is replaced."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = _SaveForm(request.POST)
        if not form.is_valid():
            errors = [str(text) for texts in form.errors.values() for text in texts]
            self.message_user(request, f"The list is not saved: {' '.join(errors)}", messages.ERROR)
            return HttpResponseRedirect(address_of(self, "changelist"))
        given = form.cleaned_data
        saved, _made = SavedList.objects.update_or_create(
            owner_id=request.user.pk,
            kind=kind_of(self.model).name,
            name=given["name"],
            defaults={"query": given["query"], "is_shared": given["is_shared"]},
        )
        whom = "everybody at the desk who may see these records" if saved.is_shared else "you"
        text = f"“{saved}” is saved for {whom}."
        if saved.is_shared and "me" in QueryDict(saved.query).getlist("changed_by"):
            text += " “Unpublished work of me” is the work of the person who opens the list."
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(f"{address_of(self, 'changelist')}?{saved.query}")

    def delete_list(self, request: HttpRequest, key: int) -> HttpResponse:
        """Delete a list of one's own, or of anybody with the right to. Others do not learn of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        saved = lists_of(request.user, [kind_of(self.model).name]).filter(pk=key).first()
        if saved is None:
            raise Http404
        if not may_delete(request.user, saved):
            raise PermissionDenied("Its owner or an administrator can delete this list.")
        saved.delete()
        self.message_user(request, f"The list “{saved}” is deleted.", messages.SUCCESS)
        return HttpResponseRedirect(address_of(self, "changelist"))


def may_delete(user: Any, saved: SavedList) -> bool:
    return saved.owner_id == user.pk or bool(user.has_perm("records.delete_savedlist"))
