"""Which form files are in: the exchange form, or one of the data sets; a folder may hold several."""

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
class Found:
    """Files that belong together, and the data set that they are; None stands for the exchange form."""

    dataset: Dataset | None
    tree: Tree

    @property
    def name(self) -> str:
        """Return what `--format` calls it."""
        return self.dataset.name if self.dataset else EXCHANGE


def formats() -> list[str]:
    """Every name that `--format` takes, `auto` excepted."""
    return [EXCHANGE, *sorted(datasets())]


def find_formats(tree: Tree, wanted: str = "auto") -> tuple[list[Found], list[str]]:
    """Return what the files are, in the order in which to take it in, and the folders in which nothing is known.

    Raises InputError when no form fits, or `wanted` is none.
    """
    if wanted == EXCHANGE:
        return [Found(None, tree)], []
    if wanted != "auto":
        if wanted not in datasets():
            close = nearest(wanted, formats())
            hint = f" Did you mean {close}?" if close else ""
            reason = f"There is no format {wanted}: {choose_from(formats())}.{hint}"
            raise InputError("unknown_format", reason)
        return [Found(datasets()[wanted], tree)], []
    found, unknown = _look_at(tree)
    if not found:
        reason = f"The files are in no form that is known. Say which one with --format: {choose_from(formats())}."
        raise InputError("unknown_format", reason, tree.files[0].path if tree.files else "")
    return _in_order(found), unknown


def _look_at(tree: Tree) -> tuple[list[Found], list[str]]:
    fitting = [dataset for dataset in datasets().values() if dataset.recognises(tree)]
    if len(fitting) == 1:
        return [Found(fitting[0], tree)], []
    folders = sorted({file.path.partition("/")[0] for file in tree.files if "/" in file.path})
    if len(folders) > 1 and (fitting or not _is_exchange(tree)):
        found: list[Found] = []
        unknown: list[str] = []
        for folder in folders:
            inside, without = _look_at(_below(tree, folder))
            found += inside
            unknown += [f"{folder}/{path}" for path in without] if inside else [folder]
        return found, unknown
    if len(fitting) > 1:
        names = ", ".join(dataset.name for dataset in fitting)
        reason = f"The files could be {names}. Say which one with --format."
        raise InputError("ambiguous_format", reason)
    return ([Found(None, tree)], []) if _is_exchange(tree) else ([], [])


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


def _in_order(found: list[Found]) -> list[Found]:
    """Put what others build on first."""
    for each in found:
        if [other.name for other in found].count(each.name) > 1:
            reason = f"Several folders hold {each.name}. Import them one after the other."
            raise InputError("ambiguous_format", reason)
    of_name = {each.name: each for each in found}
    order = TopologicalSorter(
        {
            each.name: [
                name for name in (each.dataset.after if each.dataset else ()) if name in of_name
            ]
            for each in sorted(found, key=lambda each: each.name)
        }
    )
    return [of_name[name] for name in order.static_order()]
