"""What a reader must know to read an answer rightly: notes beside what is found. Nothing is wrong with the request."""

from __future__ import annotations

from dataclasses import dataclass, field

from rest_framework import serializers

#: What notes say, by their codes.
NOTES = {
    "unresolved_reference": "the reference names nothing published, so it finds nothing",
    "merged": "the record was merged into another one, which is listed instead",
    "withdrawn": "the record was withdrawn, and is not listed",
    "as_of": "what was withdrawn since that instant is left out",
    "did_not_exist": "by its own record it did not exist on the days asked for, so that what is said of them is doubtful",
    "predecessors": "others came before it, which are records of their own and not found with it, on days that are asked for",
    "coverage": "nothing is loaded of that state or party, on the days asked for, so that nothing found does not mean that there was none",
    "several_bearers": "the code was that of several states at different times, one of which is meant",
    "search_words": "the search is written with signs or words that join, exclude or quote, which it does not read",
    "search_misspelt": "nothing has all of these words, and something is found with one or more of them spelt as in a published name",
    "search_bounded": "more was found than can be ranked: the newest are listed",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One note, as answers have it."""

    code: str
    parameter: str
    value: str  #: what was written there
    detail: str
    suggestions: list[str] = field(default_factory=list)


class NoteSerializer(serializers.Serializer[Note]):
    """What a reader must know to read an answer rightly."""

    code = serializers.ChoiceField(list(NOTES.items()), help_text="What the note is about.")
    parameter = serializers.CharField(help_text="The query parameter that it is about.")
    value = serializers.CharField(help_text="The value as it was sent.")
    detail = serializers.CharField(help_text="For people; may change.")
    suggestions = serializers.ListField(
        child=serializers.CharField(),
        help_text="What was probably meant, as the parameter takes it, the likeliest first; of `search_misspelt`, only what finds something; of `merged`, the survivor; of a state that was not there, those before or after it.",
    )
