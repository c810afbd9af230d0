"""The words in names: what is misspelt or only begun is looked for among words, of which there are far fewer than names."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import pgtrigger
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models

from records.desk_search import words_of

#: Words of one and two letters look like too many others.
SHORTEST_WORD = 3
#: Words that have a part in common: of more, each row is looked at instead.
MOST_WORDS = 100


class Slips(models.Func):
    """A word and all that is left of it without one of its letters. Two words that differ by a slip of one letter have one of these in common."""

    function = "chancery_slips"
    output_field: ClassVar[models.Field[Any, Any]] = ArrayField(models.TextField())


class PublishedWord(models.Model):
    """A word that published names have or had, folded. Beginnings and likeness are looked for among words, of which there are few.

    Kept by publishing. Words that no published name has any more stay, and find nothing.
    """

    #: What the role of the API may do with the table (config/db/api_role.py).
    api_may: ClassVar[tuple[str, ...]] = ("SELECT",)

    word = models.TextField(primary_key=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(
                OpClass(models.F("word"), name="gin_trgm_ops"), name="publishedword_by_likeness"
            ),
            GinIndex(Slips("word"), name="publishedword_by_slips", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.word


class WorkingWord(models.Model):
    """A word that the names of a kind have or had at the desk, folded, drafts included.

    Kept by triggers on the columns with names (`KeepWords`, beside `name_indexes`), for names change in SQL too. Words that no name has any more stay, and find
    nothing. A word may stand there twice: two transactions may write it at once, and neither waits for the other.
    """

    kind = models.CharField(max_length=20, help_text="The kind of the records that are named so.")
    word = models.TextField(help_text="The word.")

    class Meta:
        default_permissions = ()
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                models.F("kind"),
                OpClass(models.F("word"), name="text_pattern_ops"),
                name="workingword_by_word",
            ),
            GinIndex(Slips("word"), name="workingword_by_slips", fastupdate=False),
            GinIndex(
                OpClass(models.F("word"), name="gin_trgm_ops"),
                name="workingword_by_likeness",
                fastupdate=False,
            ),
        ]

    def __str__(self) -> str:
        return self.word

    @classmethod
    def with_part(cls, kind: str, typed: str) -> list[str] | None:
        """Return the words of a kind that have what was typed in them; None where names may have it in other words too.

        So it is with what is short or folded to several words, and where there are too many words.
        """
        if len(typed) < SHORTEST_WORD:
            return None
        table = cls._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT btrim(chancery_folded(%s)), ARRAY(SELECT DISTINCT word"  # noqa: S608 - names of ours
                f" FROM {table} WHERE kind = %s AND word LIKE '%%' || btrim(chancery_folded(%s)) || '%%' LIMIT {MOST_WORDS + 1})",
                [typed, kind, typed],
            )
            part, words = cursor.fetchone()
        is_of_words = len(part) >= SHORTEST_WORD and " " not in part
        return words if is_of_words and len(words) <= MOST_WORDS else None


class KeepWords(pgtrigger.Trigger):
    """Keep the words of a column with names of a record, or of a part of it."""

    when = pgtrigger.After

    def __init__(self, column: str) -> None:
        super().__init__(
            name=f"keep_words_of_{column}",
            operation=pgtrigger.Insert | pgtrigger.UpdateOf(column),  # type: ignore[no-untyped-call] # it carries no types
        )
        self.column = column

    def get_func(self, model: Any) -> str:
        """Look each word up by itself: a join would be planned for an empty table, once for all that a session writes."""
        table = WorkingWord._meta.db_table
        kind = kind_of_names(model)
        return (
            f"INSERT INTO {table} (kind, word) SELECT DISTINCT '{kind}', word"  # noqa: S608 - names of ours
            f" FROM unnest({words_of(f'chancery_folded(NEW.{self.column})')}) AS named (word)"
            f" WHERE length(word) >= {SHORTEST_WORD} AND (SELECT TRUE FROM {table} AS known"
            f" WHERE known.kind = '{kind}' AND known.word = named.word LIMIT 1) IS NULL; RETURN NULL;"
        )


def kind_of_names(model: type[models.Model]) -> str:
    """Return the kind of the records that a row names: of a record itself, or of that whose part it is."""
    # Migrations compile triggers from a copy of the model that has only its fields.
    named: Any = apps.get_model(model._meta.label)
    if not hasattr(named, "object_kind"):
        named = named._meta.get_field("record").related_model
    return cast("str", named.object_kind)
