"""Why a text is not an EDTF date, in words that name the fix."""

import re

_YEARS = "years run from 0001 to 9999, four digits each"
# The first pattern that matches the whole text gives the reason: keep the particular before the
# general.
_MISTAKES = [
    (r"Y.*", f"{_YEARS}; longer years (Y...) are not taken."),
    (r"-[0-9X]{4}.*", f"{_YEARS}; negative years are not taken."),
    (r"[0-9]{4}-?s", "write a decade with X for the unknown digit, as in 196X."),
    (
        r"[0-9]{4}E[0-9]+.*|[0-9]+S[0-9]+",
        "years in exponents or with significant digits are not taken.",
    ),
    (r"[0-9]{8}", "put hyphens between year, month and day, as in 2025-05-10."),
    (r"[0-9]{5,}.*", f"{_YEARS}."),
    (r"[0-9]{1,2}[-.][0-9]{1,2}[-.][0-9]{4}", "the year comes first: write YYYY-MM-DD."),
    (r"[0-9]{1,3}(-.*)?", f"{_YEARS}, as in 0476."),
    (r"[0-9]{4}(\.[0-9]+)+", "write hyphens between year, month and day, as in 2025-05-10."),
    (
        r"[0-9X]{4}(-[0-9X]{2}){0,2}-",
        "it ends in a hyphen with nothing after it; remove the hyphen.",
    ),
    (r"[0-9]{4}-[0-9]{3}", "days of the year are not taken; write YYYY-MM-DD."),
    (r"[0-9]{4}-W[0-9].*", "weeks are not taken; write the days, as in 2025-05-05/2025-05-11."),
    (
        r"[0-9X]{4}(-[0-9X]{2})?-[0-9X](-.*|[?~%])?",
        "months and days have two digits, as in 2025-05-01, or XX if unknown.",
    ),
    (
        r"[0-9xu?]{4}(-[0-9xu]{2}){0,2}[?~%]?",
        "an unknown digit is a capital X, as in 196X or 1961-XX.",
    ),
    (
        r"X{3,4}.*|[0-9]X{3}.*",
        "only the last one or two digits of a year may be X; write 1000/1999 for a longer time.",
    ),
    (
        r"[0-9X-]*X[0-9X-]*[?~%]?",
        "X stands for the last digits of a year, a whole month or a whole day, as in 1961-XX.",
    ),
    (
        r".*[?~%].+|[?~%].*",
        "one qualifier (?, ~ or %) may stand at the very end of a date, where it covers all of it.",
    ),
    (r".*[\[\]{}].*", "a set is enclosed as a whole, as in [2025-09-06,2025-09-13]."),
    (r".*,.*", "several dates make a set in brackets, as in [2025-09-06,2025-09-13]."),
    (r".*\.\..*", "an open interval has a slash, as in 2025-05/.. or ../1990."),
    (
        r".*[A-Za-z].*",
        "EDTF has no words; write digits here and keep the source's words in the text beside it.",
    ),
]
_COMPILED = [(re.compile(pattern), reason) for pattern, reason in _MISTAKES]


def explain(text: str) -> str:
    for pattern, reason in _COMPILED:
        if pattern.fullmatch(text):
            return reason
    return "a date is YYYY, YYYY-MM or YYYY-MM-DD, as in 1961, 1961-07 or 1961-07-15."
