"""Recognise the format of files: the exchange form, or one of the data sets; a folder may hold several."""

from __future__ import annotations

from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from pathlib import PurePath
from typing import TYPE_CHECKING

from config.faults import choose_from, nearest
from imports.dataset import datasets
from imports.files.exchange_tables import is_table
from imports.files.tree import InputError, Tree

if TYPE_CHECKING:
    from imports.dataset import Dataset

#: The exchange form's name among the formats.
EXCHANGE = "chancery"
#: Endings of exchange files that hold lines.
_ENDINGS = (".ndjson", ".jsonl")


@dataclass(frozen=True)
class RecognisedFiles:
    """Files of one format: of a data set, or of the exchange form where `dataset` is None."""

    dataset: Dataset | None
    tree: Tree

    @property
    def name(self) -> str:
        """Return what `--format` calls it."""
        return self.dataset.name if self.dataset else EXCHANGE


def formats() -> list[str]:
    """Every name that `--format` takes, `auto` excepted."""
    return [EXCHANGE, *sorted(datasets())]


def find_formats(tree: Tree, wanted: str = "auto") -> tuple[list[RecognisedFiles], list[str]]:
    """Return the files by format, in the order in which to import them, and the folders that fit no format.

    Raises InputError when no format fits, or `wanted` is none.
    """
    if wanted == EXCHANGE:
        return [RecognisedFiles(None, tree)], []
    if wanted != "auto":
        if wanted not in datasets():
            close = nearest(wanted, formats())
            hint = f" Did you mean {close}?" if close else ""
            reason = f"There is no format {wanted}: {choose_from(formats())}.{hint}"
            raise InputError("unknown_format", reason)
        return [RecognisedFiles(datasets()[wanted], tree)], []
    found, unknown = _recognise(tree)
    if not found:
        reason = f"The format of the files is not recognised. Name it with --format: {choose_from(formats())}."
        raise InputError("unknown_format", reason, tree.files[0].path if tree.files else "")
    return _in_order(found), unknown


def _recognise(tree: Tree) -> tuple[list[RecognisedFiles], list[str]]:
    fitting = [dataset for dataset in datasets().values() if dataset.recognises(tree)]
    if len(fitting) == 1:
        return [RecognisedFiles(fitting[0], tree)], []
    folders = sorted({file.path.partition("/")[0] for file in tree.files if "/" in file.path})
    if len(folders) > 1 and (fitting or not _is_exchange(tree)):
        found: list[RecognisedFiles] = []
        unknown: list[str] = []
        for folder in folders:
            inside, without = _recognise(_below(tree, folder))
            found += inside
            unknown += [f"{folder}/{path}" for path in without] if inside else [folder]
        return found, unknown
    if len(fitting) > 1:
        names = ", ".join(dataset.name for dataset in fitting)
        reason = f"The files could be {names}. Name one with --format."
        raise InputError("ambiguous_format", reason)
    return ([RecognisedFiles(None, tree)], []) if _is_exchange(tree) else ([], [])


def _below(tree: Tree, folder: str) -> Tree:
    files = [
        replace(file, path=file.path.removeprefix(f"{folder}/"))
        for file in tree.files
        if file.path.startswith(f"{folder}/")
    ]
    return replace(tree, files=tuple(files))


def _is_exchange(tree: Tree) -> bool:
    if (
        len(tree.files) == 1 and not PurePath(tree.files[0].path).suffix
    ):  # standard input has no name
        with tree.files[0].open() as stream:
            return stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    return bool(tree.files) and all(
        file.path.lower().endswith(_ENDINGS) or is_table(file) for file in tree.files
    )


def _in_order(files: list[RecognisedFiles]) -> list[RecognisedFiles]:
    """Put the data sets first that others build on."""
    for each in files:
        if [other.name for other in files].count(each.name) > 1:
            reason = f"Several folders hold {each.name}. Import them one after the other."
            raise InputError("ambiguous_format", reason)
    of_name = {each.name: each for each in files}
    order = TopologicalSorter(
        {
            each.name: [
                name for name in (each.dataset.after if each.dataset else ()) if name in of_name
            ]
            for each in sorted(files, key=lambda each: each.name)
        }
    )
    return [of_name[name] for name in order.static_order()]
