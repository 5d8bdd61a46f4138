"""Whatever is read under a full charter comes out of a package as it went in: results and endpoints are the same when made anew."""

import random
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

import pytest

from corelab.domain.adjudication import DecisionReason, DecisionRefusedError, Take
from corelab.domain.allocation import Slot
from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter, load_charter
from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem, NumberItem
from corelab.domain.discordance import compare
from corelab.domain.form import form_for, segments_of
from corelab.domain.values import joined
from corelab.domain.vocabulary import Answer, Cell, Grade, ReadingTypeId, VisitId, not_evaluable
from corelab.export.records import Adjudicated, ExamRecord, SignedRecord, Waiting
from corelab.export.reread import exams_of
from corelab.export.rows import DERIVED, tables_of
from corelab.export.tables import TEXT, tables_for
from corelab.export.versions import Versions
from tests.charter_builders import DVT, PORTAL, full
from tests.table_builders import read_table, table_bytes

CHARTERS = (DVT, PORTAL, "odd")
WORDS = ('seen "twice", twice', "=SUM(A1)", "zwei\nZeilen", "TEXT")
Subject = tuple[ExamRecord, ...]


def graded(item: Item, chance: random.Random, charter: Charter) -> Grade:
    if item.allow_ne and chance.random() < 0.1:
        return not_evaluable(chance.choice(charter.missing.ne).id)
    match item:
        case ChoiceItem():
            return Grade(chance.choice(item.options).value)
        case MultiItem():
            return Grade(joined(item, (option.value for option in chance.sample(item.options, k=2))))
        case NumberItem():
            return Grade(f"{chance.uniform(item.min, item.max):.{item.decimals}f}")
        case _:
            return Grade(chance.choice(WORDS))


def attributes_of(charter: Charter, chance: random.Random) -> Attributes:
    """A fact for every attribute, never that a segment is not there."""
    known = {one.id: [value for value in one.values if value != "not_present"] for one in charter.attributes}
    whole = {one.id: chance.choice(known[one.id]) for one in charter.attributes if one.per == "subject"}
    bare = Attributes(whole)
    parts = {
        (one.id, place.id): chance.choice(known[one.id])
        for one in charter.attributes
        if one.per == "segment"
        for place in segments_of(charter, bare)
        if place.segment.id in charter.group(one.group or "").segments
    }
    return Attributes(whole, MappingProxyType(parts))


def records_of(
    charter: Charter, kind: str, visit: str, facts: Attributes, chance: random.Random, reference: Slot
) -> Iterator[SignedRecord]:
    places = [place.id for place in segments_of(charter, facts)]
    received = [one for one in places if chance.random() < 0.8]
    form = form_for(charter, kind, visit=VisitId(visit), attributes=facts, received=received, not_imaged={})
    one = {cell: form.fixed.get(cell) or graded(charter.item(cell.item), chance, charter) for cell in form.grid}
    two = {
        cell: grade if cell in form.fixed or chance.random() < 0.8 else graded(charter.item(cell.item), chance, charter)
        for cell, grade in one.items()
    }
    yield a_record(f"{visit}-{kind}-1", 1, one, kind)
    if charter.reading_type(kind).readers == 2:
        yield a_record(f"{visit}-{kind}-2", 2, two, kind)
        compared = compare(charter, visit, one, two, reference, attributes=facts)
        cells = [*(dispute.cell for dispute in compared.to_decide), *compared.waiting]
        if cells:
            order: tuple[Slot, Slot] = chance.choice(((1, 2), (2, 1)))
            sides = {1: one, 2: two}
            takes = {cell: chance.choice(tuple(Take)) for cell in cells}
            grades = {cell: sides[order[1] if take is Take.B else order[0]][cell] for cell, take in takes.items()}
            yield replace(a_record(f"{visit}-{kind}-3", None, grades, kind), adjudicated=how(f"{visit}-{kind}", order, takes, chance))


def how(exam: str, order: tuple[Slot, Slot], takes: dict[Cell, Take], chance: random.Random) -> Adjudicated:
    a, b = (dict.fromkeys((cell.segment for cell in takes), f"{exam}-{slot}") for slot in order)
    return Adjudicated({cell: (take, chance.choice((None, *DecisionReason))) for cell, take in takes.items()}, a, b)


def a_record(name: str, slot: Slot | None, grades: dict[Cell, Grade], kind: str) -> SignedRecord:
    return SignedRecord(
        name,
        slot,
        f"R0{slot or 3}",
        1,
        current=True,
        signed_at="2026-01-12T12:00:00.000Z",
        event=1,
        answers=MappingProxyType({cell: Answer(cell, grade) for cell, grade in grades.items()}),
        kind=ReadingTypeId(kind),
        purpose="PRIMARY" if slot else "ADJUDICATION",
        number=slot or 3,
        seconds=61 if slot else 0,
    )


def a_subject(charter: Charter, seed: int) -> Subject:
    """Every visit of one subject, a week apart."""
    chance = random.Random(seed)  # noqa: S311 - grades of a test
    facts = attributes_of(charter, chance)
    sides = MappingProxyType({place.id: place.side for place in segments_of(charter, facts)})
    exams = []
    for week, visit in enumerate(charter.visits):
        reference: Slot = chance.choice((1, 2))
        records = [one for kind in charter.types_at(visit.id) for one in records_of(charter, kind.id, visit.id, facts, chance, reference)]
        limb = facts.of(charter.exam.side_attribute or "") or ""
        date, day = f"2026-01-{1 + 7 * week:02}", str(7 * week)
        head = ("T", "", "S1", visit.id, date, day, limb, reference, charter.version, charter.hash, sides)
        exams.append(ExamRecord(*head, records=tuple(records), attributes=facts))
    return tuple(exams)


@pytest.mark.parametrize("name", CHARTERS)
@pytest.mark.parametrize("seed", range(2))
def test_what_is_read_back_from_the_files_gives_the_same_results_and_endpoints(name: str, seed: int) -> None:
    charter = load_charter(full(name).encode())
    exams = a_subject(charter, seed)
    waiting = [Waiting("S1", exams[1].visit)]
    given = (exams[0], *exams[2:])
    try:
        tables = tables_of(Versions.of([charter]), given, waiting).named()
    except DecisionRefusedError as refused:
        pytest.fail(f"the decisions of the test do not fit: {refused}")
    made = [table for table in tables_for(charter) if table.name in tables]
    files = {table.name: table_bytes(table, tables[table.name]) for table in made}
    read = {table.name: read_table(table, files[table.name]) for table in made}
    again = tables_of(Versions.of([charter]), exams_of(Versions.of([charter]), read), waiting).named()
    for table in (one for one in tables_for(charter) if one.name in DERIVED):
        assert table_bytes(table, again[table.name]) == files[table.name], table.name


def test_free_text_stands_in_the_notes_only() -> None:
    charter = load_charter(full("odd").encode())
    tables = tables_of(Versions.of([charter]), a_subject(charter, 1)).named()
    assert tables["notes"]
    told = {row["NOTE"] for row in tables["notes"]} - {TEXT}
    assert told <= set(WORDS)
    for name in DERIVED:
        assert not [row for row in tables[name] for value in row.values() if value in told]


def test_a_measured_value_has_its_unit_and_every_digit_that_was_entered() -> None:
    charter = load_charter(full(PORTAL).encode())
    rows = [row for row in tables_of(Versions.of([charter]), a_subject(charter, 2)).results if row["UNIT"]]
    items = {item.export.testcd: item for item in charter.items if isinstance(item, NumberItem)}
    assert rows
    for row in rows:
        item = items[row["TESTCD"]]
        assert (row["UNIT"], row["RESN"]) == (item.unit, row["RESCD"])
        assert len(row["RESCD"].partition(".")[2]) == item.decimals


def test_an_item_of_the_whole_exam_has_no_segment() -> None:
    charter = load_charter(full(DVT).encode())
    whole = {item.export.testcd for item in charter.items if item.scope == "exam"}
    rows = [row for row in tables_of(Versions.of([charter]), a_subject(charter, 3)).results if row["TESTCD"] in whole]
    assert rows
    assert {(row["SEGCD"], row["SEG"], row["SIDE"]) for row in rows} == {("", "", "")}


def test_a_look_back_over_an_exam_that_waits_stays_open() -> None:
    charter = load_charter(full(PORTAL).encode())
    exams = a_subject(charter, 0)
    last = {row["VISIT"]: row for row in tables_of(Versions.of([charter]), exams[1:], [Waiting("S1", exams[0].visit)]).subject_visit}
    assert last[exams[3].visit]["KGR"] == ""


@pytest.mark.parametrize("name", CHARTERS)
def test_every_decision_tells_what_was_taken_of_whom(name: str) -> None:
    charter = load_charter(full(name).encode())
    exams = [exam for seed in range(3) for exam in a_subject(charter, seed)]
    versions = Versions.of([charter])
    for exam in exams:
        tables = tables_of(versions, [exam])
        said = {(row["RECID"], row["SIDE"], row["SEGCD"], row["TESTCD"]): row["RESCD"] for row in tables.readings}
        for row in tables.adjudications:
            place = row["SIDE"], row["SEGCD"], row["TESTCD"]
            assert row["RESCD"] == said[row["RECID"], *place]
            if row["ADJMODE"] == "INDEPENDENT":
                assert (row["ACD"], row["BCD"]) == ("", "")
                continue
            assert row["ACD"] == said.get((row["ARECID"], *place), "NA")
            assert row["BCD"] == said.get((row["BRECID"], *place), "NA")
            if row["CHOSEN"] in {"A", "B"}:
                assert row["RESCD"] == row["ACD" if row["CHOSEN"] == "A" else "BCD"]
            assert row["AROLE"].startswith("READER ")
