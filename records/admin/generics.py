"""Generic classes of Django with their parameter: type checkers ask for it, at run time most of them take none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.paginator import Paginator
from django.forms.models import BaseInlineFormSet

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    AnyAdmin = admin.options.BaseModelAdmin[Any]
    AnyModelAdmin = admin.ModelAdmin[Any]
    AnyInline = admin.options.InlineModelAdmin[Any, Any]
    AnyFormSet = BaseInlineFormSet[Any, Any, Any]
    AnyModelForm = forms.ModelForm[Any]
    AnyChoice = forms.ModelChoiceField[Any]
    AnyMultipleChoice = forms.ModelMultipleChoiceField[Any]
    AnyPaginator = Paginator[Any]
    AnyUserAdmin = UserAdmin[User]
else:
    AnyAdmin = admin.options.BaseModelAdmin
    AnyModelAdmin = admin.ModelAdmin
    AnyInline = admin.options.InlineModelAdmin
    AnyFormSet = BaseInlineFormSet
    AnyModelForm = forms.ModelForm
    AnyChoice = forms.ModelChoiceField
    AnyMultipleChoice = forms.ModelMultipleChoiceField
    AnyPaginator = Paginator
    AnyUserAdmin = UserAdmin
