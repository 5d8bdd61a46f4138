"""What readers, adjudicator and result say of every question of one exam, from the rows of its tables."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from corelab.domain.charter import ChoiceItem
from corelab.domain.values import counted
from corelab.domain.vocabulary import Missing
from corelab.export.subject_pdf.content import Line
from corelab.export.subject_pdf.key_pictures import Weighed
from corelab.export.subject_pdf.words import Words, drawn_of, segment_words
from corelab.export.writers import Row

Place = tuple[str, str]
"""SIDE, SEGCD; both empty for the whole exam."""
_Cell = tuple[str, str, str]
_NA = Missing.NOT_APPLICABLE.value
_ROLES = {"READER 1": "reader 1", "READER 2": "reader 2", "ADJUDICATOR 1": "adjudicator"}
_COLUMNS = tuple(_ROLES)
_OF_RESULT = frozenset({"PRIMARY", "ADJUDICATION"})


class Answers:
    """The answers of one exam by cell."""

    def __init__(self, words: Words, readings: Iterable[Row], results: Iterable[Row]) -> None:
        self._words = words
        self._results = {_cell(row): row for row in results}
        self._current: dict[tuple[_Cell, str], Row] = {}
        self._earlier: dict[tuple[_Cell, str], list[Row]] = defaultdict(list)
        self._other: dict[str, list[Row]] = defaultdict(list)
        self._by_record: dict[tuple[str, _Cell], Row] = {}
        for row in readings:
            self._by_record[row["RECID"], _cell(row)] = row
            self._keep(row)
        self._places = {cell[:2] for cell, row in self._results.items() if self._applies(row)}

    def _keep(self, row: Row) -> None:
        key = (_cell(row), row["EVALROLE"])
        if row["PURPOSE"] not in _OF_RESULT:
            self._other[row["RECID"]].append(row)
        elif row["CURRFL"] == "Y":
            self._current[key] = row
        else:
            self._earlier[key].append(row)

    # ------------------------------------------------------------ the table

    def applies(self, place: Place) -> bool:
        """Whether anything of this segment was asked of anybody."""
        return place in self._places

    def result(self, place: Place, code: str) -> Row | None:
        return self._results.get((*place, code))

    def short(self, row: Row) -> str:
        """The grade on the map; a kind of missing by its letters."""
        return row["EVALSTAT"] or self._words.said(row)

    def lines(self, place: Place) -> Iterator[Line]:
        """Every question of a segment that applied to somebody, in the order of the charter.

        Questions that stay without a grade for one reason stand in one line: a segment that was not imaged has one.
        """
        asked = ((item.label, row) for code, item in self._words.items.items() if (row := self.result(place, code)) is not None)
        lines = [(self._line(label, row), bool(row["EVALSTAT"])) for label, row in asked if self._applies(row)]
        for _, alike in groupby(lines, lambda held: replace(held[0], item="" if held[1] else held[0].item)):
            same = [line for line, _ in alike]
            yield replace(same[0], item=", ".join(line.item for line in same))

    def not_applicable(self) -> Iterator[tuple[str, str]]:
        """The questions that applied to nobody, each with its segments."""
        for code, item in self._words.items.items():
            held = [row for cell, row in self._results.items() if cell[2] == code and not self._applies(row)]
            if held:
                yield item.label, ", ".join(segment_words(row["SEGCD"], row["SIDE"]) or "whole exam" for row in held)

    def _applies(self, row: Row) -> bool:
        said = (row, *(one for role in _COLUMNS if (one := self._current.get((_cell(row), role))) is not None))
        return any(one["EVALSTAT"] != _NA for one in said)

    def _line(self, item: str, row: Row) -> Line:
        one, two, adjudicator = (self._said(_cell(row), role) for role in _COLUMNS)
        adjudicated = row["SOURCE"] == "ADJUDICATED"
        told = any(self._words.said(row) in said for said in (one, two, adjudicator))
        result = row["EVALSTAT"] if row["EVALSTAT"] and told else self._words.said(row)  # its reason stands beside it
        return Line(item, one, two, adjudicator, result, self._basis(row), row["DISCFL"] == "Y", adjudicated)

    def _said(self, cell: _Cell, role: str) -> str:
        """The current answer, and what earlier revisions said where they said something else."""
        row = self._current.get((cell, role))
        now = self._words.said(row) if row is not None else ""
        earlier = sorted(self._earlier.get((cell, role), ()), key=lambda one: (one["SIGNDTC"], one["RECID"]), reverse=True)
        before = dict.fromkeys(said for one in earlier if (said := self._words.said(one)) != now)
        return now + "".join(f" \u2190 {said}" for said in before)

    def _basis(self, row: Row) -> str:
        source = row["SOURCE"].capitalize()
        of = next((role for role in _COLUMNS if self._signed_by(row, role)), "")
        return f"{source} {of[-1]}" if row["SOURCE"] == "REFERENCE" and of else source

    def _signed_by(self, row: Row, role: str) -> bool:
        own = self._current.get((_cell(row), role))
        return own is not None and own["RECID"] == row["RECID"]

    # ------------------------------------------------------------ what stands beside it

    def others(self) -> Iterator[str]:
        """Signed readings that no result rests on by their purpose: a repeat tells how often it says something else."""
        for rows in self._other.values():
            one = rows[0]
            first = {cell: row for (cell, _), row in self._current.items() if row["READERID"] == one["READERID"]}
            pairs = [(first[_cell(row)], row) for row in rows if _cell(row) in first]
            differ = [f"{self._place_words(row)} {self._change(before, row)}" for before, row in pairs if _code(before) != _code(row)]
            what = f"{one['PURPOSE'].capitalize()} reading by {one['READERID']}, {one['RDTYPE']}"
            yield f"{what}: {counted(len(differ), 'answer differs', 'answers differ')} of {len(pairs)}" + "".join(
                f"; {each}" for each in differ
            )

    def _place_words(self, row: Row) -> str:
        return f"{segment_words(row['SEGCD'], row['SIDE'])} {self._words.items[row['TESTCD']].label}".strip()

    def _change(self, before: Row, after: Row) -> str:
        return f"{self._words.said(before)} \u2192 {self._words.said(after)}"

    # ------------------------------------------------------------ evidence

    def weighed(self, evidence: Iterable[Row]) -> Iterator[Weighed]:
        """Each row of evidence of a current reading with its grade, in the order of the form."""
        order = {code: number for number, code in enumerate(self._words.items)}
        places = {segment.id: number for number, segment in enumerate(self._words.charter.segments)}
        known = [(row, said) for row in evidence if (said := self._by_record.get((row["RECID"], _cell(row)))) and said["CURRFL"] == "Y"]
        known.sort(
            key=lambda held: (places.get(held[0]["SEGCD"], len(places)), held[0]["SIDE"], order[held[0]["TESTCD"]], held[1]["EVALROLE"])
        )
        return (self._weigh(row, said) for row, said in known if said["PURPOSE"] in _OF_RESULT)

    def _weigh(self, row: Row, said: Row) -> Weighed:
        result, item = self._results.get(_cell(row)), self._words.items[row["TESTCD"]]
        accepted = result is not None and result["RECID"] == row["RECID"]
        disputed = result is not None and (result["SOURCE"] == "ADJUDICATED" or result["DISCFL"] == "Y")
        healthy = isinstance(item, ChoiceItem) and drawn_of(item, said) == 0
        return Weighed(row, disputed, accepted, healthy, f"{item.label}: {self._words.said(said)}", _ROLES[said["EVALROLE"]])

    def heading(self, row: Row) -> str:
        return segment_words(row["SEGCD"], row["SIDE"]) or "Whole exam"


def _cell(row: Row) -> _Cell:
    return row["SIDE"], row["SEGCD"], row["TESTCD"]


def _code(row: Row) -> str:
    return row["EVALSTAT"] or row["RESCD"]
