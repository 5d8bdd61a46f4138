"""What a source hints at about vein, side, manoeuvre and mode, in codes of our own lists: no word and no value of the source comes out."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from corelab.domain.clip import Region, RegionKind
from corelab.domain.clip_label import Concept, Hint, Mode, ProposalSource, View
from corelab.domain.vocabulary import Side
from corelab.imaging.deid.source_set import SourceSet
from corelab.resources import resource

_TEXTS = (0x00204000, 0x00082127, 0x00082120, 0x0008103E, 0x00181030)
"""ImageComments, ViewName, StageName, SeriesDescription, ProtocolName: from the clip's own word to that of many clips."""
_STUDY = 0x00081030
"""StudyDescription is one for all clips of a study: its side is believed where no other text names one, its veins never."""
_ANATOMY = (0x00082218, 0x00082228)
_MODIFIERS = {0x00082218: 0x00082220, 0x00082228: 0x00082230}
_LATERALITY = (0x00200062, 0x00200060)
_LONGEST = 2000
_TOKEN = re.compile(r"[a-z]+|[0-9]+[a-z]*")
_SIDES = {"7771000": Side.LEFT, "24028007": Side.RIGHT}
_LETTERS = {"L": Side.LEFT, "R": Side.RIGHT}
_MOST_PLACES = 12
_VIEWS = tuple(view.value for view in (View.COMPRESSION, View.AUGMENTATION, View.REST))
_MODES = tuple(mode.value for mode in (Mode.SPECTRAL, Mode.COLOUR, Mode.B))
_Place = tuple[Concept, Concept | None]


@dataclass(frozen=True, slots=True)
class _Lists:
    """The shipped table: phrases (as tokens) by kind, codes of the former scheme, and what a wider code covers."""

    phrases: Mapping[tuple[str, ...], tuple[str, Concept | str]]
    former: Mapping[str, Concept]
    within: Mapping[Concept, tuple[Concept, ...]]
    longest: int

    def covered(self, vein: Concept) -> tuple[Concept, ...]:
        return (vein, *self.within.get(vein, ()))


@cache
def _lists() -> _Lists:
    phrases: dict[tuple[str, ...], tuple[str, Concept | str]] = {}
    former: dict[str, Concept] = {}
    within: dict[Concept, tuple[Concept, ...]] = {}
    with resource("deid", "hint_words.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            concept: Concept = (row["scheme"], row["value"])
            if row["kind"] == "code":
                former[row["from"]] = concept
            elif row["kind"] == "within":
                wider = (row["scheme"], row["from"])
                within[wider] = (*within.get(wider, ()), concept)
            else:
                phrases[tuple(row["from"].split())] = (row["kind"], concept if row["scheme"] else row["value"])
    longest = max(map(len, phrases))
    return _Lists(MappingProxyType(phrases), MappingProxyType(former), MappingProxyType(within), longest)


def words_that_hint() -> frozenset[str]:
    """Every single word of the phrases of our table."""
    return frozenset(word for phrase in _lists().phrases for word in phrase)


def hints_of(source: SourceSet, regions: Sequence[Region], *, coloured: bool | None, burned: Iterable[str] = ()) -> tuple[Hint, ...]:
    """What each part of a source says, the strongest first; silent ones are left out.

    ``coloured``: whether its frames show colour, None where they cannot. ``burned``: words that were read in its pixels.
    """
    said = (
        hint_of_words(burned, ProposalSource.PICTURE),
        *_coded(source),
        _worded(source),
        _of_regions(regions, coloured=coloured),
    )
    return tuple(hint for hint in said if hint.places or hint.side or hint.view or hint.mode)


# ---------------------------------------------------------------- codes of the header


def _coded(source: SourceSet) -> Iterator[Hint]:
    """The coded anatomy with its side; a laterality element that says otherwise is a second word of the header."""
    places, sides = _anatomy(source)
    for tag in _LATERALITY:
        side = _LETTERS.get(source.text(tag, "CS"))
        if side is not None and side not in sides:
            sides.append(side)
    yield Hint(ProposalSource.CODES, tuple(dict.fromkeys(places)), sides[0] if sides else None)
    yield from (Hint(ProposalSource.CODES, side=side) for side in sides[1:])


def _anatomy(source: SourceSet) -> tuple[list[_Place], list[Side]]:
    places: list[_Place] = []
    sides: list[Side] = []
    for tag in _ANATOMY:
        for item in source.items(tag):
            vein = _code(source, (tag,), item)
            inner = (tag, _MODIFIERS[tag])
            modifiers = [_code(source, inner, each) for each in source.items(inner[1], (tag,), item)]
            sides += [_SIDES[value] for _, value in filter(None, modifiers) if value in _SIDES]
            part = next((each for each in modifiers if each and each[1] not in _SIDES), None)
            if vein is not None and len(places) < _MOST_PLACES:
                places += [(each, part) for each in _lists().covered(vein)]
    return places, list(dict.fromkeys(sides))


def _code(source: SourceSet, path: tuple[int, ...], item: tuple[int, ...]) -> Concept | None:
    """A code that our lists know, in the scheme of today."""
    value, scheme = source.text(0x00080100, "SH", path, item), source.text(0x00080102, "SH", path, item)
    if scheme in {"SRT", "SNM3", "99SDM"}:
        return _lists().former.get(value)
    concept = (scheme, value)
    return concept if concept in _known() else None


@cache
def _known() -> frozenset[Concept]:
    lists = _lists()
    said = {code for _, code in lists.phrases.values() if isinstance(code, tuple)}
    return frozenset(said | set(lists.former.values()) | set(lists.within))


# ---------------------------------------------------------------- words


def _worded(source: SourceSet) -> Hint:
    hint = hint_of_words((source.text(tag) for tag in _TEXTS), ProposalSource.WORDS)
    return hint if hint.side else replace(hint, side=_read(source.text(_STUDY)).side)


def hint_of_words(texts: Iterable[str], source: ProposalSource) -> Hint:
    """What texts say, the first one on each point first; of two sides in one text none is believed."""
    places: tuple[_Place, ...] = ()
    side: Side | None = None
    view: View | None = None
    mode: Mode | None = None
    for found in map(_read, texts):
        places = places or found.places
        side, view, mode = side or found.side, view or found.view, mode or found.mode
    return Hint(source, places, side, view, mode)


def _read(text: str) -> Hint:
    """One text: phrases of our table, the longest first; what stands in none is passed over."""
    found = list(_phrases(_tokens(text[:_LONGEST])))
    part = next((code for kind, code in found if kind == "part"), None)
    whole = [each for each in found if each[0] != "part"]
    veins = [(n, code) for n, (kind, code) in enumerate(whole) if kind == "place"]
    near = {neighbour for n, _ in veins for neighbour in (n - 1, n + 1)}
    sides = {str(word) for n, (kind, word) in enumerate(whole) if kind == "side" or (kind == "near" and n in near)}
    places = [(each, part) for _, vein in veins if isinstance(vein, tuple) for each in _lists().covered(vein)]
    view, mode = _first(found, "view", _VIEWS), _first(found, "mode", _MODES)
    return Hint(
        ProposalSource.WORDS,
        tuple(dict.fromkeys((vein, part if isinstance(part, tuple) else None) for vein, part in places))[:_MOST_PLACES],
        Side(next(iter(sides))) if len(sides) == 1 else None,
        View(view) if view else None,
        Mode(mode) if mode else None,
    )


def _first(found: Sequence[tuple[str, Concept | str]], kind: str, order: Sequence[str]) -> str | None:
    """A clip that starts at rest and is compressed then shows a compression; one in colour shows the grey picture too."""
    said = {word for each, word in found if each == kind}
    return next((word for word in order if word in said), None)


def _tokens(text: str) -> list[str]:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    return _TOKEN.findall(plain.replace("_", " "))


def _phrases(tokens: Sequence[str]) -> Iterator[tuple[str, Concept | str]]:
    """Kind and meaning of each phrase, in order; words that mean nothing here part their neighbours."""
    lists, at = _lists(), 0
    while at < len(tokens):
        for length in range(min(lists.longest, len(tokens) - at), 0, -1):
            meant = lists.phrases.get(tuple(tokens[at : at + length]))
            if meant is not None:
                yield meant
                at += length
                break
        else:
            yield from _joined(tokens[at])
            at += 1


def _joined(token: str) -> Iterator[tuple[str, Concept | str]]:
    """A side written onto a short name ("rcfv"), or nothing."""
    meant = _lists().phrases.get((token[1:],)) if len(token) > 3 else None
    if token[0] in "rl" and meant is not None and meant[0] == "place":
        yield "side", {"r": Side.RIGHT, "l": Side.LEFT}[token[0]].value
        yield meant
    else:
        yield "", ""


# ---------------------------------------------------------------- pixels


def _of_regions(regions: Sequence[Region], *, coloured: bool | None) -> Hint:
    kinds = {region.kind for region in regions}
    if RegionKind.SPECTRAL in kinds:
        mode: Mode | None = Mode.SPECTRAL
    elif RegionKind.COLOUR in kinds or coloured:
        mode = Mode.COLOUR
    else:
        mode = Mode.B if RegionKind.TISSUE in kinds else None
    return Hint(ProposalSource.REGIONS, mode=mode)


# ---------------------------------------------------------------- to and from the process that reads


def hints_json(hints: Sequence[Hint]) -> list[dict[str, Any]]:
    return [_hint_json(hint) for hint in hints]


def _hint_json(hint: Hint) -> dict[str, Any]:
    said = {name: each.value if each else None for name, each in (("side", hint.side), ("view", hint.view), ("mode", hint.mode))}
    return {"source": hint.source.value, "places": [[list(vein), list(part) if part else None] for vein, part in hint.places], **said}


def hints_from(stored: Sequence[Mapping[str, Any]]) -> tuple[Hint, ...]:
    """Raises KeyError, TypeError or ValueError for another form, or for a code that is none of our lists."""
    if len(stored) > len(ProposalSource) + len(_SIDES):
        raise ValueError("too many hints")
    return tuple(_hint(each) for each in stored)


def _hint(stored: Mapping[str, Any]) -> Hint:
    if len(stored["places"]) > _MOST_PLACES * _MOST_PLACES:
        raise ValueError("too many places")
    places = tuple((_ours(vein), _ours(part) if part is not None else None) for vein, part in stored["places"])
    return Hint(
        ProposalSource(stored["source"]),
        places,
        Side(stored["side"]) if stored["side"] is not None else None,
        View(stored["view"]) if stored["view"] is not None else None,
        Mode(stored["mode"]) if stored["mode"] is not None else None,
    )


def _ours(code: Sequence[str]) -> Concept:
    scheme, value = code
    if (scheme, value) not in _known():
        raise ValueError("not a code of ours")
    return scheme, value
