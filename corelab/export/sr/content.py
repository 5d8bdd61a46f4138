"""The content of a report by TID 1500: who observed, what was reported, one measurement group for each segment."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from corelab.export.sr import nodes, uids
from corelab.export.sr.codes import Coded, shipped
from corelab.export.sr.proof import Clips, below, coordinates
from corelab.export.sr.rows import ADJUDICATION, Place, SignedRows, place_of
from corelab.export.sr.terms import WHOLE, Terms, unit_of
from corelab.export.writers import Row

_LANGUAGES = {"en": "English"}
PROGRAM = "corelab"


def observer(record: SignedRows) -> str:
    """The pseudonym as a person name of one component."""
    return f"{record.first['READERID']}^"


def tree(terms: Terms, record: SignedRows, clips: Clips) -> Iterator[bytes]:
    """The nodes below the root. Raises LookupError or UnfitError."""
    yield nodes.code(nodes.MODIFIES, shipped("S_LANGUAGE"), _language(terms.language)).whole()
    yield from _person(record)
    yield from _device()
    yield nodes.code(nodes.MODIFIES, shipped("S_PROCEDURE"), terms.procedure).whole()
    yield nodes.container(nodes.CONTAINS, shipped("S_MEASUREMENTS")).whole(tuple(_groups(terms, record, clips)))


def _language(tag: str) -> Coded:
    return Coded(tag, "RFC5646", _LANGUAGES.get(tag, tag))


def _person(record: SignedRows) -> Iterator[bytes]:
    role = "R_ADJ" if record.first["PURPOSE"] == ADJUDICATION else "R_READER"
    yield nodes.code(nodes.CONTEXT, shipped("S_OBSERVER_TYPE"), shipped("S_PERSON")).whole()
    yield nodes.person(nodes.CONTEXT, shipped("S_PERSON_NAME"), observer(record)).whole()
    yield nodes.code(nodes.CONTEXT, shipped("S_PERSON_ROLE"), shipped(role)).whole()


def _device() -> Iterator[bytes]:
    yield nodes.code(nodes.CONTEXT, shipped("S_OBSERVER_TYPE"), shipped("S_DEVICE")).whole()
    yield nodes.uid(nodes.CONTEXT, shipped("S_DEVICE_UID"), uids.DEVICE).whole()
    yield nodes.text(nodes.CONTEXT, shipped("S_DEVICE_NAME"), PROGRAM).whole()
    yield nodes.text(nodes.CONTEXT, shipped("S_DEVICE_MAKER"), PROGRAM).whole()


def _groups(terms: Terms, record: SignedRows, clips: Clips) -> Iterator[bytes]:
    """In the order of the form; the whole exam last, with what no question asked for."""
    free, last = record.calipers.get(WHOLE_EXAM, ()), None
    for key, rows in groupby(sorted(record.readings, key=terms.rank), key=terms.key):
        own, last = tuple(rows), key
        answered = (_answer(terms, record, row, clips) for row in own)
        yield _group(record.first, key, terms.site(own[0]), (*answered, *(_free(free, clips) if key == WHOLE else ())))
    if free and last != WHOLE:
        yield _group(record.first, WHOLE, b"", tuple(_free(free, clips)))


WHOLE_EXAM: Place = ("", "", "")
"""Where measurements stand that no question asked for."""


def _group(first: Row, key: str, site: bytes, answers: Sequence[bytes]) -> bytes:
    follows = uids.of_segment(first["STUDYID"], first["USUBJID"], key)
    tracked = nodes.text(nodes.CONTEXT, shipped("S_TRACKING"), key).whole()
    followed = nodes.uid(nodes.CONTEXT, shipped("S_TRACKING_UID"), follows).whole()
    children = (tracked, followed, *([site] if site else ()), *answers)
    return nodes.container(nodes.CONTAINS, shipped("S_GROUP"), template="1501").whole(children)


def _answer(terms: Terms, record: SignedRows, row: Row, clips: Clips) -> bytes:
    evidence = record.evidence.get(place_of(row), ())
    if not evidence:
        return terms.bare(row)
    return terms.answer(row, tuple(below(clips, evidence, record.calipers.get(place_of(row), ()))))


def _free(rows: Iterable[Row], clips: Clips) -> Iterator[bytes]:
    for row in rows:
        measured = nodes.number(nodes.CONTAINS, shipped(f"Q_{row['QUANTITY'].upper()}"), row["MVAL"], unit_of(row["UNIT"]))
        yield measured.whole(tuple(coordinates(clips, row)))
