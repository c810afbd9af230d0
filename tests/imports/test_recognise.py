"""Which form files are in."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from imports import dataset as registry
from imports.dataset import Dataset, register
from imports.files.opening import open_input, open_stream
from imports.files.tree import InputError, Tree
from imports.recognise import find_formats


def _by_ending(name: str) -> Callable[[Tree], bool]:
    return lambda tree: bool(tree.matching(f"*.{name}"))


@pytest.fixture(autouse=True)
def two_data_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    registry.datasets()
    monkeypatch.setattr(registry, "_DATASETS", {})
    for name, after in (("posts", ("ministers",)), ("ministers", ())):
        register(
            Dataset(
                name=name,
                title=name,
                source={"slug": name, "kind": "dataset", "title": name},
                recognises=_by_ending(name),
                translate=lambda _tree, _source: iter(()),
                after=after,
            )
        )


def found(folder: Path, wanted: str = "auto") -> tuple[list[tuple[str, list[str]]], list[str]]:
    with open_input(folder) as tree:
        each, unknown = find_formats(tree, wanted)
    return [(one.name, [file.path for file in one.tree.files]) for one in each], unknown


def write(folder: Path, *paths: str) -> Path:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("{}\n")
    return folder


def test_a_folder_of_several_data_sets_is_taken_apart_and_put_in_order(tmp_path: Path) -> None:
    write(tmp_path, "a/1.posts", "a/README.md", "b/x/2.ministers", "c/notes.txt", "d/e.ndjson")

    assert found(tmp_path) == (
        [
            ("chancery", ["e.ndjson"]),
            ("ministers", ["x/2.ministers"]),
            ("posts", ["1.posts", "README.md"]),
        ],
        ["c"],
    )


def test_one_data_set_keeps_its_paths(tmp_path: Path) -> None:
    write(tmp_path, "people/1.ministers", "README.md")

    assert found(tmp_path) == ([("ministers", ["README.md", "people/1.ministers"])], [])


def test_a_format_that_is_asked_for_is_believed(tmp_path: Path) -> None:
    write(tmp_path, "1.txt")

    assert found(tmp_path, "posts") == ([("posts", ["1.txt"])], [])


def test_standard_input_is_known_by_its_first_character() -> None:
    with open_stream(io.BytesIO(b'\xef\xbb\xbf {"object": "topic"}'), "standard input") as tree:
        (one,), _unknown = find_formats(tree)
    assert one.name == "chancery"


@pytest.mark.parametrize(
    ("paths", "wanted", "message"),
    [
        (["1.txt"], "auto", "not recognised"),
        (["1.txt"], "minsters", "There is no format minsters.*Did you mean ministers"),
        (["1.posts", "2.ministers"], "auto", "could be posts, ministers"),
        (["a/1.posts", "b/2.posts"], "auto", None),
        (["a/1.posts", "b/2.posts", "c/3.ministers"], "auto", "Several folders hold posts"),
    ],
)
def test_what_is_not_clear_is_refused(
    tmp_path: Path, paths: list[str], wanted: str, message: str | None
) -> None:
    write(tmp_path, *paths)

    if message is None:
        assert found(tmp_path, wanted)[0][0][0] == "posts"
        return
    with pytest.raises(InputError, match=message):
        found(tmp_path, wanted)
