"""Names of persons: taken apart, and compared. Knows no database."""

from people.names.comparing import NEAR, SAME, Comparison, Level, blocks, compare
from people.names.folding import fold
from people.names.parsing import PersonName, of_parts, parse
from people.names.titles import Titled, strip_titles

__all__ = [
    "NEAR",
    "SAME",
    "Comparison",
    "Level",
    "PersonName",
    "Titled",
    "blocks",
    "compare",
    "fold",
    "of_parts",
    "parse",
    "strip_titles",
]
