"""The form to upload a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.template.defaultfilters import filesizeformat

from config.text import validate_text
from imports.dataset import datasets
from imports.recognise import EXCHANGE, formats
from records.admin.boxes import RecordSelect
from records.admin.forms import NATURES
from records.admin.relations import marked_up
from records.models import EditorialState, Source

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

LARGEST = settings.LARGEST_UPLOAD


class UploadForm(forms.Form):
    """A file, and the options of its import."""

    file = forms.FileField(
        max_length=250,
        help_text=marked_up(
            "An exchange file, or the files of a public data set packed as zip. "
            f"{LARGEST // 1024**2} MB at most; `manage.py import` takes more."
        ),
    )
    dataset = forms.ChoiceField(label="Format", required=False)
    source = forms.ModelChoiceField(
        Source.objects.none(),
        required=False,
        help_text="The source that the records cite instead of the data set. Exchange files name their own sources.",
    )
    publishes = forms.BooleanField(
        label="Publish",
        required=False,
        help_text="Publish new and changed records; otherwise they stay drafts. You can still choose after the check.",
    )
    is_partial = forms.BooleanField(
        label="Skip rejected rows",
        required=False,
        help_text="Import the good rows when others are rejected; otherwise nothing is imported.",
    )
    withdraws = forms.BooleanField(
        label="Withdraw vanished records",
        required=False,
        help_text="Withdraw published records whose rows are no longer in the data set; otherwise they are only listed.",
    )
    restores = forms.BooleanField(
        label="Restore withdrawn records",
        required=False,
        help_text="Bring back, published, the withdrawn records that the file is about; otherwise they stay withdrawn.",
    )
    reason = forms.CharField(
        max_length=500,
        validators=[validate_text],
        required=False,
        widget=forms.Textarea({"rows": 2, "class": "vLargeTextField"}),
        help_text="Shown to the public with the published revisions. Optional.",
    )

    nature = forms.ChoiceField(
        label="Why public records change",
        choices=[("", "As the days of each record say"), *NATURES],
        required=False,
        help_text="Shown to the public. By itself a change is a development if the record has a day that lies after its last edition,"
        " and else a correction.",
    )

    def __init__(self, *args: Any, may_publish: bool, at_once: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_publish:
            for name in ("publishes", "withdraws", "restores", "nature"):
                del self.fields[name]
        elif not at_once:
            del self.fields["publishes"], self.fields["restores"]
        # Which formats there are is known only when all apps are loaded.
        names = [name for name in formats() if name != EXCHANGE]
        format_field: Any = self.fields["dataset"]
        format_field.choices = [
            ("", "Recognise it"),
            (EXCHANGE, "Exchange file (chancery)"),
            *((name, f"{datasets()[name].title} ({name})") for name in names),
        ]
        source_field: Any = self.fields["source"]
        source_field.queryset = Source.objects.exclude(editorial_state=EditorialState.MERGED)
        source_field.widget = RecordSelect(Source._meta.get_field("merged_into"), admin.site)
        source_field.widget.is_required = False

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        size = file.size or 0
        if size > LARGEST:
            most = filesizeformat(LARGEST)
            raise forms.ValidationError(
                f"The file has {filesizeformat(size)}; at most {most} can be uploaded. Compress it (zip or gzip), "
                "split it, or ask an operator to import it with manage.py import.",
                code="too_large",
            )
        return file
