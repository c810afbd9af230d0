"""`fields` and `omit`: parts of a document, checked against its declared shape."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson
from drf_spectacular.drainage import get_override
from rest_framework import serializers

from config.api.query import Parameter
from config.faults import choose_from, nearest

if TYPE_CHECKING:
    from config.api.query import Query

FIELDS = Parameter(
    "fields",
    "Only these fields of the document, with its `id` and `object`; a dot leads into a field (`citations.source`). The answer"
    " then lacks the others, though the schema requires them.",
    is_list=True,
)
OMIT = Parameter(
    "omit",
    "Without these fields of the document, but for its `id` and `object`; a dot leads into a field.",
    is_list=True,
)

#: What stays of every document, so that each row of an answer says which record it is of.
KEPT = frozenset({"id", "object"})

#: A shape: the names at each level; an empty one below a field that has no parts.
Shape = dict[str, Any]


class ListShape(dict[str, Any]):
    """The names in each item of a list."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The part of a document that a request asks for."""

    picked: Shape | None
    omitted: Shape
    tag: str  #: distinguishes representations in ETags

    @classmethod
    def read(cls, query: Query, shape: Shape) -> Selection | None:
        """Read `fields` and `omit`; None when the whole document is wanted. Names that the shape lacks are reported."""
        if "fields" not in query.values and "omit" not in query.values:
            return None
        picked, omitted = query.words("fields"), query.words("omit")
        for parameter, paths in (("fields", picked), ("omit", omitted)):
            for path in paths:
                _check(path, shape, parameter, query)
        tag = blake2b(orjson.dumps([sorted(picked), sorted(omitted)]), digest_size=6).hexdigest()
        kept = KEPT if shape.keys() >= KEPT else frozenset()
        return cls(
            _tree([*picked, *kept]) if picked else None,
            _tree([path for path in omitted if path not in kept]),
            tag,
        )

    def apply(self, document: str) -> str:
        """The part of a stored document, as JSON text."""
        return orjson.dumps(self.narrow(orjson.loads(document))).decode()

    def narrow(self, content: Any) -> Any:
        """The part of a document, or of the shape of one."""
        if self.picked is not None:
            content = _pick(content, self.picked)
        if self.omitted:
            content = _omit(content, self.omitted)
        return content


def _check(path: str, shape: Shape, parameter: str, query: Query) -> None:
    level = shape
    done: list[str] = []
    for name in path.split("."):
        if name not in level:
            near = nearest(name, level)
            suggestion = ".".join([*done, near]) if near else None
            where = f" in {'.'.join(done)}" if done else ""
            others = f": {choose_from(level)}" if level and not near else ""
            detail = f"There is no field “{name}”{where}{others}."
            query.fault("unknown_field", detail, parameter, suggestion)
            return
        done.append(name)
        level = level[name]


def _tree(paths: list[str]) -> Shape:
    """Nested names; a field named whole wins over parts of it."""
    tree: Shape = {}
    for path in sorted(paths, key=lambda path: path.count(".")):
        level = tree
        *outer, last = path.split(".")
        for name in outer:
            if level.get(name) == {} and name in level:
                break
            level = level.setdefault(name, {})
        else:
            level[last] = {}
    return tree


def _pick(node: Any, tree: Shape) -> Any:
    if isinstance(node, list):
        return [_pick(item, tree) for item in node]
    if not isinstance(node, dict):
        return node
    picked = {
        name: _pick(value, tree[name]) if tree[name] else value
        for name, value in node.items()
        if name in tree
    }
    return ListShape(picked) if isinstance(node, ListShape) else picked


def _omit(node: Any, tree: Shape) -> Any:
    if isinstance(node, list):
        return [_omit(item, tree) for item in node]
    if not isinstance(node, dict):
        return node
    left = {
        name: _omit(value, tree[name]) if name in tree else value
        for name, value in node.items()
        if name not in tree or tree[name]
    }
    return ListShape(left) if isinstance(node, ListShape) else left


def merged(one: Shape, other: Shape) -> Shape:
    """A shape with the names of both, at each level."""
    return {name: merged(one.get(name, {}), other.get(name, {})) for name in {**one, **other}}


@lru_cache(maxsize=64)
def shape_of(serializer: type[serializers.BaseSerializer[Any]]) -> Shape:
    return _shape(serializer())


def _shape(field: Any) -> Shape:
    if isinstance(field, type):
        field = field()
    if isinstance(field, serializers.ListSerializer):
        return ListShape(_shape(field.child))
    if isinstance(field, serializers.Serializer):
        return {name: _shape(inner) for name, inner in field.fields.items()}
    alternatives = getattr(field, "alternatives", None)
    if alternatives is not None:  # what it shows has one of several shapes
        one = {name: inner for each in alternatives for name, inner in _shape(each).items()}
        return ListShape(one) if field.is_list else one
    if isinstance(field, serializers.SerializerMethodField):
        declared = get_override(getattr(field.parent, str(field.method_name)), "field")
    else:
        declared = get_override(field, "field")
    if isinstance(declared, serializers.BaseSerializer) or (
        isinstance(declared, type) and issubclass(declared, serializers.BaseSerializer)
    ):
        return _shape(declared)
    return {}
