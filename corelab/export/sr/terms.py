"""What a charter calls its segments, questions and answers, as coded concepts: each made into bytes once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem, NumberItem
from corelab.domain.charter.model_subject import MissingReason
from corelab.domain.charter.table import Code
from corelab.domain.vocabulary import Missing
from corelab.export.sr import nodes
from corelab.export.sr.codes import Coded, shipped
from corelab.export.sr.nodes import Node
from corelab.export.tables import TEXT
from corelab.export.writers import Row

WHOLE = "whole exam"
"""The key of what is asked of the exam and of no segment; never one of a charter, which has no blanks."""
_UCUM = {"percent": "%"}
"""Units of the tables that UCUM writes otherwise; it has the code as its own meaning (PS3.16, section 8)."""


class Terms:
    """The concepts of one charter. ``rank`` puts rows of readings.csv in the order of its form."""

    def __init__(self, charter: Charter) -> None:
        self._charter = charter
        self._scheme = charter.codings.local_scheme
        self._items: Mapping[str, Item] = {item.export.testcd: item for item in charter.items}
        self._concepts = dict(zip(self._items, self._told_apart(map(_named, charter.items)), strict=True))
        self._options = {testcd: self._options_of(item) for testcd, item in self._items.items()}
        self._reasons = {"NE": _labels(charter.missing.ne), "NI": _labels(charter.missing.ni)}
        self._segment_rank = {segment.id: rank for rank, segment in enumerate(charter.segments)}
        self._item_rank = {testcd: rank for rank, testcd in enumerate(self._items)}
        self._bare: dict[tuple[str, ...], bytes] = {}
        self._sites: dict[tuple[str, str], bytes] = {}

    @property
    def scheme(self) -> str:
        """The trial's own coding scheme."""
        return self._scheme

    @property
    def scheme_name(self) -> str:
        header = self._charter.header
        return f"{self._charter.codings.local_scheme_name}, {header.id} {header.version}, content {self._charter.hash}"

    @property
    def charter_version(self) -> str:
        return self._charter.version

    @property
    def language(self) -> str:
        return self._charter.header.language

    @property
    def procedure(self) -> Coded:
        return Coded.of(self._charter.codings.document_title)

    def rank(self, row: Row) -> tuple[int, str, int]:
        """Items of the whole exam come last. Raises LookupError for what the charter does not have."""
        segment = row["SEGCD"]
        return self._segment_rank[segment] if segment else len(self._segment_rank), row["SIDE"], self._item_rank[row["TESTCD"]]

    def key(self, row: Row) -> str:
        """The segment as the trial knows it: with its side where the charter reads both. Raises LookupError."""
        segment = row["SEGCD"]
        if not segment:
            return WHOLE
        return f"{segment}.{row['SIDE'][:1]}" if self._charter.segment(segment).side == "both" else segment

    def site(self, row: Row) -> bytes:
        """The finding site with its side and its modifier; empty for the whole exam. Raises LookupError or UnfitError."""
        place = row["SEGCD"], row["SIDE"]
        if place not in self._sites:
            self._sites[place] = self._site(*place)
        return self._sites[place]

    def _site(self, segment_id: str, side: str) -> bytes:
        if not segment_id:
            return b""
        segment, below = self._charter.segment(segment_id), list[bytes]()
        if side:
            below.append(nodes.code(nodes.MODIFIES, shipped("S_LATERALITY"), self._side(side)).whole())
        if segment.modifier is not None:
            concept = Coded.of(self._charter.codings.modifier_concept)
            below.append(nodes.code(nodes.MODIFIES, concept, Coded.of(segment.modifier)).whole())
        return nodes.code(nodes.MODIFIES, shipped("S_SITE"), Coded.of(segment.code)).whole(below)

    def _side(self, side: str) -> Coded:
        both = self._charter.codings.laterality
        if both is None:
            return shipped(f"MOD_{side}")
        return Coded.of(both.left if side == "LEFT" else both.right)

    def _reason(self, row: Row) -> Iterator[bytes]:
        """Why there is no answer, where the row tells."""
        if row["EVALSTAT"] and row["NERSN"]:
            yield nodes.code(nodes.HAS, shipped("X_REASON"), self.reason_code(row["EVALSTAT"], row["NERSN"])).whole()

    def reason_code(self, kind: str, reason: str) -> Coded:
        """Raises LookupError."""
        if kind == Missing.NOT_APPLICABLE.value:
            return shipped(f"X_NA_{reason}")
        return Coded(f"{kind}-{reason}", self._scheme, self._reasons[kind][reason])

    def bare(self, row: Row) -> bytes:
        """An answer that rests on no frame, as most do: made once. Raises LookupError or UnfitError."""
        told = row["TESTCD"], row["RESCD"], row["EVALSTAT"], row["NERSN"]
        made = self._bare.get(told)
        if made is None:
            made = self.answer(row, ())
            if row["EVALSTAT"] or not isinstance(self._items[row["TESTCD"]], NumberItem):  # numbers would fill the memory
                self._bare[told] = made
        return made

    def answer(self, row: Row, proof: Sequence[bytes]) -> bytes:
        """A code, a number, or several codes where several were chosen; below each the reason and what it rests on.

        Raises LookupError or UnfitError.
        """
        children = (*self._reason(row), *proof)
        return b"".join(node.whole(children) for node in self._nodes(row["TESTCD"], row["RESCD"], row["EVALSTAT"]))

    def _nodes(self, testcd: str, given: str, missing: str) -> Iterator[Node]:
        item, concept = self._items[testcd], self._concepts[testcd]
        match item:
            case _ if missing:
                yield nodes.code(nodes.CONTAINS, concept, shipped(f"X_{missing}"))
            case ChoiceItem():
                yield nodes.code(nodes.CONTAINS, concept, self._options[testcd][given])
            case MultiItem():
                for value in given.split("+"):
                    yield nodes.code(nodes.CONTAINS, concept, self._options[testcd][value])
            case NumberItem():
                yield nodes.number(nodes.CONTAINS, concept, given, unit_of(item.unit))
            case _:
                yield nodes.code(nodes.CONTAINS, concept, shipped(f"X_{TEXT}"))

    def concept(self, testcd: str) -> Coded:
        """What a question is called. Raises LookupError."""
        return self._concepts[testcd]

    def option(self, testcd: str, value: str) -> Coded:
        """What an answer is called. Raises LookupError."""
        return self._options[testcd][value]

    def _options_of(self, item: Item) -> Mapping[str, Coded]:
        if not isinstance(item, ChoiceItem | MultiItem):
            return {}
        named = [(option.code, f"{item.id}-{place}", option.label) for place, option in enumerate(item.options, 1)]
        return {option.value: code for option, code in zip(item.options, self._told_apart(named), strict=True)}

    def _told_apart(self, named: Iterable[tuple[Code | None, str, str]]) -> list[Coded]:
        """The code of each, or its own one in the trial's scheme: where it has none, and where others share it."""
        given = tuple(named)
        times = Counter((code.value, code.scheme) for code, _, _ in given if code is not None)
        return [
            Coded.of(code) if code is not None and times[code.value, code.scheme] == 1 else Coded(own, self._scheme, words)
            for code, own, words in given
        ]


def unit_of(unit: str) -> Coded:
    written = _UCUM.get(unit, unit)
    return Coded(written, "UCUM", written)


def _named(item: Item) -> tuple[Code | None, str, str]:
    return item.concept, item.id, item.export.test


def _labels(reasons: Iterable[MissingReason]) -> Mapping[str, str]:
    return {reason.id: reason.label for reason in reasons}
