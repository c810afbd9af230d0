"""Values to ask each parameter of a list with: such as its schema takes, and such as its documents name.

For the benchmark, which looks for what is expensive, and for the tests, which look for what is wrong.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Parameters and their values.
Query = dict[str, str]

#: Not filters: how the page looks, or as of when, not what it finds.
SHAPING = {"cursor", "page_size", "count", "fields", "omit", "format", "expand", "as_of"}
#: Words that name a kind where the parameter does not.
KINDS = {
    "type": "event_type", "parent": "event", "part_of": "statement", "party": "state", "speaker": "person",
    "accredited_to": "state", "about": "state", "between": "state", "predecessor": "state", "successor": "state",
}  # fmt: skip


#: Members that hold words, which parameters of the same name ask for.
TEXTS = {"code", "currency", "plover_type", "cameo_code", "publisher", "value"}


@dataclass
class Sample:
    """What the documents of a list name, so that filters can be given values that exist."""

    references: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    words: Counter[str] = field(default_factory=Counter)
    days: list[str] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)
    slugs: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    #: Short texts, by the member that holds them.
    texts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    amounts: list[str] = field(default_factory=list)

    def read(self, node: Any) -> None:
        """Collect from a document and what it holds."""
        if isinstance(node, list):
            for item in node:
                self.read(item)
        if not isinstance(node, dict):
            return
        if "object" in node and "id" in node:
            self.references[node["object"]][node["id"]] += 1
        if isinstance(node.get("label"), str):
            self.words.update(re.findall(r"[a-z]{4,}", node["label"].lower()))
        if node.get("earliest"):
            self.days.append(node["earliest"])
        if "slug" in node:
            self.slugs.append(node["slug"])
        if "scheme" in node and "value" in node:
            self.identifiers.append(f"{node['scheme']}:{node['value']}")
            self.texts["code"][node["value"]] += 1
        if "published_at" in node:
            self.published.append(node["published_at"])
        for name in TEXTS & node.keys():
            if node[name]:
                self.texts[name][node[name]] += 1
        if node.get("amount"):
            self.amounts.append(node["amount"])
        for value in node.values():
            self.read(value)


def candidates_for(name: str, schema: dict[str, Any], sample: Sample) -> list[str]:
    """Return what may be a value of a parameter: the commonest first."""
    one = schema.get("items", schema)
    if "enum" in one:
        return [str(value) for value in one["enum"]]
    if one.get("type") == "boolean":
        return ["true", "false"]
    if one.get("type") in {"number", "integer"}:
        return [*sorted(sample.amounts)[:: max(1, len(sample.amounts) // 3)][:4], "1", "1000000"]
    return list(dict.fromkeys(_words(name, one, sample)))


def _words(name: str, schema: dict[str, Any], sample: Sample) -> Iterator[str]:
    """Yield what may be a value of a text parameter: the commonest first, then a rare one, then anything that is known."""
    if re.search(r"\[0-9\]\{4\}", schema.get("pattern", "")):
        days = sorted(sample.days) or ["2000-01-01"]
        first, last = days[len(days) // 4], days[-1 - len(days) // 10]
        if name.endswith("before"):
            first, last = last, days[len(days) // 2]
        yield from (first[:4], last, first[:7], last[:4])
        return
    if schema.get("format") == "date-time":
        yield from sorted(sample.published)[:: max(1, len(sample.published) // 3)]
        return
    if name == "search":
        words = [word for word, _ in sample.words.most_common()] or ["talks"]
        yield from (words[0], " ".join(words[1:3]) or words[0], words[-1], words[len(words) // 2])
        return
    if name == "identifier":
        yield from sample.identifiers[:3] or schema.get("examples", [])
        return
    if name == "id":
        yield from sample.slugs[:: max(1, len(sample.slugs) // 4)]
        return
    base = re.sub(r"__\w+$", "", name).rpartition(".")[2]
    if base in TEXTS:
        yield from [text for text, _ in sample.texts[base].most_common(6)] or schema.get(
            "examples", []
        )
        return
    kinds = [kind for kind in (base, KINDS.get(base)) if kind in sample.references]
    pools = [sample.references[kind] for kind in kinds] or list(sample.references.values())
    for pool in pools:
        common = [key for key, _ in pool.most_common()]
        if name == "between" or name.endswith("__all"):
            yield from (f"{common[0]},{other}" for other in common[1:4])
        if name != "between":
            yield from (*common[:2], common[-1], *common[2:6])
    if not kinds:
        yield from map(str, schema.get("examples", []))


def merged(queries: Iterable[Query]) -> Query:
    return {name: value for query in queries for name, value in query.items()}
