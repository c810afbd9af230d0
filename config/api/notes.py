"""What a reader must know to read a list rightly: notes beside the results. Nothing is wrong with the request."""

from __future__ import annotations

from dataclasses import dataclass, field

#: What notes tell, by their codes.
NOTES = {
    "unresolved_reference": "the reference names nothing published, so it finds nothing",
    "merged": "the record was merged into another one, which is listed instead",
    "withdrawn": "the record was withdrawn, and is not listed",
    "as_of": "what was withdrawn since that instant is left out",
    "search_bounded": "more was found than can be ranked: the newest are listed",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One note, as the envelope of a list has it."""

    code: str
    parameter: str
    value: str  #: what was written there
    detail: str
    suggestions: list[str] = field(default_factory=list)


_TEXT = {"type": "string"}

#: The JSON Schema of a note.
NOTE = {
    "type": "object",
    "description": "What a reader must know to read the list rightly.",
    "properties": {
        "code": {
            **_TEXT,
            "enum": list(NOTES),
            "description": "\n".join(f"* `{code}`: {text}." for code, text in NOTES.items()),
        },
        "parameter": {**_TEXT, "description": "The query parameter that it is about."},
        "value": {**_TEXT, "description": "The value as it was sent."},
        "detail": {**_TEXT, "description": "For people; may change."},
        "suggestions": {
            "type": "array",
            "items": _TEXT,
            "description": "What was probably meant, as the parameter takes it, the likeliest first; of `merged`, the survivor.",
        },
    },
    "required": ["code", "parameter", "value", "detail", "suggestions"],
}
