"""A name taken apart: given names, particles, family names, what follows and what goes before."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from people.names.folding import VARIANTS, fold, phrases
from people.names.titles import strip_titles

#: Words between names that carry none: articles, prepositions, "son of". Several may follow each other.
PARTICLES = phrases("""
    a, ad, al, ap, ar, arap, as, ash, at, az, ben, bin, bint, binte, bte, d, da, das, de, del,
    della, der, des, di, do, dos, du, e, el, en, es, ibn, la, las, le, les, lo, los, mac, mc, ould,
    out, saint, san, santa, st, te, ten, ter, the, u, ul, und, ur, v, van, vander, vom, von, y, zu,
    zum, zur
""")
#: Particles that are given names where the name begins with them ("Ben Carson", "Al Gore").
_GIVEN = phrases("""
    al, ash, ben, d, del, do, e, el, le, mac, saint, san, santa, st, v, van
""")
#: Articles that stand before a hyphen ("es-Sadat"): assimilated forms of the Arabic one among them.
_ARTICLES = phrases("""
    ad, al, an, ar, as, ash, at, az, ed, el, en, er, es, esh, et, ez, ul, ur, us
""")
#: Family names that stand first in names of East and South-East Asia, and are no given names elsewhere.
_FAMILY_FIRST = phrases("""
    ban, bui, cao, chen, cheng, chiang, chou, chun, dang, deng, duong, fang, fu, goh, gong, han,
    hau, he, hu, hua, huang, hun, jiang, jin, kang, kuo, li, liang, lin, liu, lu, luo, ma, mao,
    meng, moon, ngo, nguyen, park, peng, pham, phan, qian, qiao, qin, roh, ryu, shi, song, sun,
    syngman, tang, teng, tran, truong, tsai, vo, wang, wei, wen, wu, xi, xie, xu, yang, yao, ye,
    yoon, yuan, zeng, zhang, zhao, zhou, zhu
""")
#: Such that are given names elsewhere: taken for a family name only before a name in two parts ("Kim Dae-jung").
_FAMILY_FIRST_BEFORE_TWO = phrases("""
    ahn, choi, ho, kim, lee, long, shin, young
""")
#: "George T.Weitzel", "J.D."
_GLUED_INITIAL = re.compile(r"(?<=\b[A-Z])\.(?=[A-Z])")
_BROKEN_ARTICLE = re.compile(r"\b([AaEe][dlnrstz]h?)-\s+")

_SUFFIXES = {
    "jr": "Jr.", "junior": "Jr.", "jnr": "Jr.", "sr": "Sr.", "senior": "Sr.", "snr": "Sr.",
    "2nd": "II", "2d": "II", "3rd": "III", "3d": "III", "4th": "IV", "5th": "V",
}  # fmt: skip
_ROMAN = re.compile(r"(?:x{0,2}(?:ix|iv|v?i{0,3}))\Z")
#: What monarchs and popes are called: a numeral after their name says which of several they are.
_MONARCH = re.compile(
    r"\b(?:king|queen|emperor|empress|pope|sultan|shah|prince|princess|grand duke|grand duchess|tsar|czar|kaiser|patriarch|"
    r"amir|emir|duke|duchess|negus)\b",
)


@dataclass(frozen=True)
class PersonName:
    """A name, each part as it is written; "" for what it lacks."""

    text: str  #: the whole, as it was given
    title: str = ""  #: ranks, titles and forms of address, in front or behind
    given: str = ""
    nickname: str = ""  #: what stands in quotation marks or brackets
    particles: str = ""  #: before the family name: `de la`, `bin`, `van der`
    family: str = ""  #: also the name of somebody who has only one
    suffix: str = ""  #: `Jr.`, `Sr.`, `II`, `III` ...
    regnal: str = ""  #: the number of a monarch or pope: `II`
    #: whether the text itself says which is the family name, by a comma; otherwise it is a guess by position
    is_ordered: bool = False
    is_family_first: bool = False  #: whether the guess was that the first word is the family name

    @cached_property
    def given_words(self) -> tuple[str, ...]:
        """The given names, folded, without particles."""
        return _words(self.given)

    @cached_property
    def family_words(self) -> tuple[str, ...]:
        """The family names, folded, without particles."""
        return _words(self.family)

    @cached_property
    def nickname_words(self) -> tuple[str, ...]:
        return _words(self.nickname)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Given names and family names, folded, in the order of speech."""
        return (*self.given_words, *self.family_words)

    @cached_property
    def readings(self) -> tuple[PersonName, ...]:
        """The name itself; and where its first word was taken for the family name, with the last one in that place."""
        if not self.is_family_first:
            return (self,)
        *given, family = self.given.split()
        return (self, replace(self, given=" ".join([self.family, *given]), family=family))

    @cached_property
    def is_monarch(self) -> bool:
        """Whether it is that of somebody who needs no family name: with a number, or a title such as `King`."""
        return bool(self.regnal or _MONARCH.search(self.title.lower()))


@lru_cache(maxsize=65536)
def parse(text: str) -> PersonName:
    """Take a name apart: `Acheson, Dean G.`, `Gen. George C. Marshall, Jr.`, `Hassan bin Talal`, `Elizabeth II`, `U Nu`.

    Without a comma the last word is the family name, together with the words from the first particle on; the first
    word is where it is a family name that stands first. Never raises: a text without a name has no parts.
    """
    title, rest = strip_titles(_BROKEN_ARTICLE.sub(r"\1-", text))
    rest, nickname = _take_nickname(_GLUED_INITIAL.sub(". ", rest))
    suffix = regnal = ""
    kept = []
    for at, part in enumerate(each.strip() for each in rest.split(",")):
        found = _SUFFIXES.get(fold(part)) or _roman(part)
        if found and at:
            suffix = found
        elif part:
            kept.append(part.split())
    parts: list[list[str]] = []
    for written in kept:
        words, number = _take_number(written)
        if number and len(kept) == 1 and _is_regnal(number, words, title):
            regnal = number
        else:
            suffix = number or suffix
        parts.append(words)
    is_ordered = len(parts) > 1
    if parts and not (is_ordered or regnal):
        parts[0], regnal = _take_inner_number(parts[0])
    if is_ordered:
        given = [word for words in parts[1:] for word in words]
        trailing, leading = _trailing_particles(given), _leading_particles(parts[0])
        given = given[: len(given) - len(trailing)]
        particles, family = [*trailing, *leading], parts[0][len(leading) :]
    else:
        given, particles, family = _split(parts[0] if parts else [], has_number=bool(regnal))
    is_family_first = not is_ordered and bool(given) and parts[0][0] in family
    return PersonName(
        text,
        title,
        " ".join(given),
        nickname,
        " ".join(particles),
        " ".join(family),
        suffix,
        regnal,
        is_ordered=is_ordered,
        is_family_first=is_family_first,
    )


def of_parts(given: str, family: str, *, suffix: str = "", text: str = "") -> PersonName:
    """Return the name of somebody whose given and family names are known apart."""
    given, nickname = _take_nickname(" ".join(_GLUED_INITIAL.sub(". ", given).split()))
    words = family.split()
    leading = _leading_particles(words)
    rest, number = _take_number(words[len(leading) :])
    known = _SUFFIXES.get(fold(suffix)) or _roman(suffix) or number
    text = text or " ".join(part for part in (given, family, suffix) if part)
    return PersonName(
        text, "", given, nickname, " ".join(leading), " ".join(rest), known, is_ordered=True
    )


def _take_nickname(text: str) -> tuple[str, str]:
    found = re.search(r"[\"“(]([^\"”)]+)[\"”)]", text)
    if not found:
        return text, ""
    return " ".join((text[: found.start()] + text[found.end() :]).split()), found[1].strip()


def _roman(word: str) -> str:
    return (
        word.strip(".").upper()
        if _ROMAN.match(word.strip(".").lower()) and word.strip(".").isupper()
        else ""
    )


def _take_number(words: list[str]) -> tuple[list[str], str]:
    """Take what follows a name off its end: `Jr.`, `III`, `2nd`."""
    if len(words) < 2:
        return words, ""
    last = words[-1]
    found = _SUFFIXES.get(fold(last))
    # A full stop makes it an initial: "Taylor, John V."
    if not found and not last.endswith("."):
        found = _roman(last)
    return (words[:-1], found) if found else (words, "")


def _take_inner_number(words: list[str]) -> tuple[list[str], str]:
    """Take the number of a monarch out of a name that goes on: `Abdullah II ibn al-Hussein`."""
    for at in range(1, len(words) - 1):
        number = _roman(words[at])
        if len(number) > 1 and not words[at].endswith("."):
            return words[:at] + words[at + 1 :], number
    return words, ""


def _is_regnal(number: str, words: list[str], title: str) -> bool:
    # A person with one name before a number is a monarch; with more names the title must say so ("Juan Carlos I" has
    # the first number, which no commoner has).
    return number not in ("Jr.", "Sr.") and (
        len(words) == 1 or number == "I" or bool(_MONARCH.search(title.lower()))
    )


def _split(words: list[str], *, has_number: bool) -> tuple[list[str], list[str], list[str]]:
    if len(words) < 2:
        return (words, [], []) if has_number else ([], [], words)
    if _has_family_first(words):
        return words[1:], [], words[:1]
    folded = [fold(word) for word in words]
    at = 0
    while at < len(words):
        if at and _is_article(folded[at]):
            return words[:at], [], words[at:]
        after = at
        while after < len(words) and _is_particle(words[after], after):
            after += 1
        is_given = at == 0 and folded[0] in _GIVEN
        # What stands before an initial belongs to a middle name: "John Van A. MacMurray".
        if at < after < len(words) and not is_given and not _is_initial(words[after]):
            return words[:at], words[at:after], words[after:]
        at = max(after, at + 1)
    if has_number:
        return words, [], []
    return words[:-1], [], words[-1:]


def _has_family_first(words: list[str]) -> bool:
    first, *rest = (fold(word) for word in words)
    if any(_is_initial(word) for word in words):
        return False
    parts = sum(len(word.split("-")) for word in rest)
    return first in _FAMILY_FIRST or (
        first in _FAMILY_FIRST_BEFORE_TWO and parts == 2 and len(rest) <= 2
    )


def _is_initial(word: str) -> bool:
    return len(word.strip(".")) == 1 and word[0].isupper()


def _is_particle(word: str, at: int) -> bool:
    if len(word.strip(".")) == 1:
        # A letter is an initial, unless it stands as a word: "Ortega y Gasset", "U Nu".
        return word in ("y", "e", "d", "a", "v", "z") or (word == "U" and at == 0)
    return fold(word) in PARTICLES


def _is_article(word: str) -> bool:
    article, hyphen, _rest = word.partition("-")
    return bool(hyphen) and article in _ARTICLES


def _leading_particles(words: list[str]) -> list[str]:
    count = 0
    while count < len(words) - 1 and _is_particle(words[count], count):
        count += 1
    return words[:count]


def _trailing_particles(words: list[str]) -> list[str]:
    count = 0
    while count < len(words) - 1 and _is_particle(words[-1 - count], -1):
        count += 1
    return words[len(words) - count :]


def _words(text: str) -> tuple[str, ...]:
    found = []
    # "J.D." are two initials, as "J. D." are.
    originals = _GLUED_INITIAL.sub(". ", text).split()
    for at, original in enumerate(originals):
        word = fold(original)
        pieces = [piece for piece in word.replace("'", "").split("-") if piece]
        joined = "".join(pieces)
        if len(pieces) > 1 and joined in VARIANTS:
            found.append(joined)
            continue
        if len(pieces) > 1 and pieces[0] in _ARTICLES:
            pieces = pieces[1:]
        if not (at and at < len(originals) - 1 and _is_particle(original, at)):
            found += pieces
    return tuple(found)
