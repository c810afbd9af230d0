"""What every record has, and the records that belong to no other app: sources and topics."""

from records.models.preview import (
    DatedPartPreview,
    DuePreview,
    Preview,
    ReferencePreview,
    preview_of,
)

# First, for it makes the previews of the editions that follow.
# isort: split
from records.editions import SourceEdition, TopicEdition
from records.models.api_key import ApiKey
from records.models.bulk_edit import BulkEdit
from records.models.change import STATED, Change, ChangeOfState, Nature
from records.models.citation import Citation, Evidence, Identifier, Name, NameKind, Stance
from records.models.dated_part import DatedPart, FormerPart
from records.models.duplicate import PossibleDuplicate, Verdict
from records.models.edition import CURRENT, Action, Edition, EditionQuerySet, gin_index
from records.models.moment import Fact, FormerMoment, Moment, MomentPosting, Stream
from records.models.published_name import Called, NameSort, PublishedName
from records.models.record import HAS_PREVIEW, WRITTEN_AT, EditorialState, Part, Record, TouchRecord
from records.models.reference import FormerReference, PendingLabel, Reference, Standing
from records.models.review import UNDER_REVIEW, Review, ReviewDeed, ReviewState, ReviewStep
from records.models.saved_list import SavedList
from records.models.source import Source, SourceIdentifier, SourceKind
from records.models.sum_table import ANY_TYPE, Grain, SumTable
from records.models.topic import Topic, TopicIdentifier
from records.models.usage import Usage
from records.models.warning import FoundWarning, RecordWarning
from records.models.word import KeepWords, PublishedWord, Slips, WorkingWord

__all__ = [
    "ANY_TYPE",
    "CURRENT",
    "HAS_PREVIEW",
    "STATED",
    "UNDER_REVIEW",
    "WRITTEN_AT",
    "Action",
    "ApiKey",
    "BulkEdit",
    "Called",
    "Change",
    "ChangeOfState",
    "Citation",
    "DatedPart",
    "DatedPartPreview",
    "DuePreview",
    "Edition",
    "EditionQuerySet",
    "EditorialState",
    "Evidence",
    "Fact",
    "FormerMoment",
    "FormerPart",
    "FormerReference",
    "FoundWarning",
    "Grain",
    "Identifier",
    "KeepWords",
    "Moment",
    "MomentPosting",
    "Name",
    "NameKind",
    "NameSort",
    "Nature",
    "Part",
    "PendingLabel",
    "PossibleDuplicate",
    "Preview",
    "PublishedName",
    "PublishedWord",
    "Record",
    "RecordWarning",
    "Reference",
    "ReferencePreview",
    "Review",
    "ReviewDeed",
    "ReviewState",
    "ReviewStep",
    "SavedList",
    "Slips",
    "Source",
    "SourceEdition",
    "SourceIdentifier",
    "SourceKind",
    "Stance",
    "Standing",
    "Stream",
    "SumTable",
    "Topic",
    "TopicEdition",
    "TopicIdentifier",
    "TouchRecord",
    "Usage",
    "Verdict",
    "WorkingWord",
    "gin_index",
    "preview_of",
]
