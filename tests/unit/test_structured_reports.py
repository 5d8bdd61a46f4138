"""Structured reports of a package: what another library reads in them is what the tables say, and nothing else."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import ChoiceItem, MultiItem, NumberItem
from corelab.export import sr
from corelab.export.sr.uids import of_report
from corelab.export.writers import Row
from corelab.export.written import Written
from tests.charter_builders import DVT, PORTAL
from tests.sr_builders import COLUMNS, Code, Told, a_package, edit, groups, name, reports, rewritten, told, uid_of

MISSING = {"NA": "CL-NA", "NE": "CL-NE", "NI": "CL-NI"}
UCUM = {"percent": "%"}


def expected(charter: Charter, rows: dict[str, list[Row]], record: str) -> Iterator[Told]:
    """What a report should tell, from the tables alone."""
    items = {item.export.testcd: item for item in charter.items}
    own = {table: [row for row in found if row["RECID"] == record] for table, found in rows.items()}
    for row in own["readings"]:
        item = items[row["TESTCD"]]
        concept = (item.concept.value, item.concept.scheme) if item.concept else (item.id, charter.codings.local_scheme)
        calipers = [one for one in own["measurements"] if place(one) == place(row)]
        frames, lines = proof([one for one in own["evidence"] if place(one) == place(row)], calipers)
        scheme = "99CORELAB" if row["EVALSTAT"] == "NA" else charter.codings.local_scheme
        reason = (f"{row['EVALSTAT']}-{row['NERSN']}", scheme) if row["EVALSTAT"] else None
        for answer in answers(charter, row):
            yield Told(key(charter, row), site(charter, row), concept, answer, reason, frames, lines)
    for row in (one for one in own["measurements"] if not one["TESTCD"]):
        frames, lines = proof([], [row])
        measured = row["MVAL"], UCUM.get(row["UNIT"], row["UNIT"]), "UCUM"
        yield Told("whole exam", (), QUANTITIES[row["QUANTITY"]], measured, None, frames, lines)


QUANTITIES: dict[str, Code] = {
    "length": ("410668003", "SCT"),
    "area": ("42798000", "SCT"),
    "duration": ("CL-160", "99CORELAB"),
    "velocity": ("CL-161", "99CORELAB"),
    "ratio": ("CL-162", "99CORELAB"),
}


def place(row: Row) -> tuple[str, ...]:
    return row["SIDE"], row["SEGCD"], row["TESTCD"]


def key(charter: Charter, row: Row) -> str:
    if not row["SEGCD"]:
        return "whole exam"
    both = charter.segment(row["SEGCD"]).side == "both"
    return f"{row['SEGCD']}.{row['SIDE'][0]}" if both else row["SEGCD"]


def site(charter: Charter, row: Row) -> tuple[Code, ...]:
    if not row["SEGCD"]:
        return ()
    segment = charter.segment(row["SEGCD"])
    sides = {"LEFT": ("7771000", "SCT"), "RIGHT": ("24028007", "SCT")}
    given = [sides[row["SIDE"]]] if row["SIDE"] else []
    if segment.modifier:
        given.append((segment.modifier.value, segment.modifier.scheme))
    return (segment.code.value, segment.code.scheme), *given


def answers(charter: Charter, row: Row) -> list[tuple[str, ...]]:
    item = next(one for one in charter.items if one.export.testcd == row["TESTCD"])
    own = charter.codings.local_scheme
    if row["EVALSTAT"]:
        return [(MISSING[row["EVALSTAT"]], "99CORELAB")]
    match item:
        case NumberItem():
            return [(row["RESCD"], UCUM.get(row["UNIT"], row["UNIT"]), "UCUM")]
        case ChoiceItem() | MultiItem():
            chosen = row["RESCD"].split("+")
            numbered = ((place, one) for place, one in enumerate(item.options, 1) if one.value in chosen)
            return [(one.code.value, one.code.scheme) if one.code else (f"{item.id}-{place}", own) for place, one in numbered]
        case _:
            return [("CL-TEXT", "99CORELAB")]


def proof(evidence: list[Row], calipers: list[Row]) -> tuple[tuple, tuple]:  # type: ignore[type-arg]
    """Frames of every piece; the lines of calipers, counted from the corner of the image."""
    frames = [(row["CLIPID"], tuple(int(one) for one in (row["FRAMEA"], row["FRAMEB"]) if one)) for row in evidence]
    lines = [line for row in calipers for line in lines_of(row)]
    if not evidence:
        frames = [(row["CLIPID"], (int(row["FRAME"]),)) for row in calipers for _ in lines_of(row)]
    return tuple((uid_of("SOPUID", clip), shown) for clip, shown in frames), tuple(lines)


def lines_of(row: Row) -> list[tuple[Decimal, ...]]:
    numbers = [Decimal(one) + Decimal("0.5") for one in row["POINTS"].replace("(", "").replace(")", "").split()]
    match row["QUANTITY"]:
        case "area":
            return [(*numbers, *numbers[:2])]
        case "ratio":
            return [tuple(numbers[:4]), tuple(numbers[4:])]
        case _:
            return [tuple(numbers)]


def tables(package: Written) -> dict[str, list[Row]]:
    return {table: list(package.rows(table)) for table in ("readings", "evidence", "measurements")}


def by_record(found: dict[str, Dataset], rows: dict[str, list[Row]]) -> dict[str, Dataset]:
    """Each record's report, found by what it tells of the record: its reader, its time and its series."""
    records = {row["RECID"]: of_report(row["RECID"]) for row in rows["readings"]}
    assert sorted(records.values()) == sorted(found)
    return {record: found[uid] for record, uid in records.items()}


@pytest.mark.parametrize("charter_name", [DVT, PORTAL, "odd"])
def test_every_answer_site_unit_and_frame_is_read_back_as_the_tables_say_it(tmp_path: Path, charter_name: str) -> None:
    package = a_package(tmp_path, charter_name)
    sr.write(package, tmp_path)
    rows = tables(package)
    for record, report in by_record(reports(tmp_path), rows).items():
        assert sorted(map(repr, told(report))) == sorted(map(repr, expected(package.versions.main, rows, record)))


def test_groups_come_in_the_order_of_the_form_and_the_whole_exam_last(tmp_path: Path) -> None:
    package = a_package(tmp_path, DVT, visits=1)
    sr.write(package, tmp_path)
    form = [segment.id for segment in package.versions.main.segments]
    for report in reports(tmp_path).values():
        keys = [one.ContentSequence[0].TextValue for one in groups(report)]
        segments = [one.partition(".")[0] for one in keys if one != "whole exam"]
        assert segments == sorted(segments, key=form.index)
        assert "whole exam" not in keys[:-1]
        assert len(set(keys)) == len(keys)


def test_who_read_and_when_stand_by_pseudonym_and_signing_time(tmp_path: Path) -> None:
    package = a_package(tmp_path, PORTAL, visits=1)
    sr.write(package, tmp_path)
    rows = tables(package)
    for record, report in by_record(reports(tmp_path), rows).items():
        first = next(row for row in rows["readings"] if row["RECID"] == record)
        context = {name(one): one for one in report.ContentSequence if name(one) != "Observer Type"}
        role = "C96561" if first["EVALROLE"] == "ADJUDICATOR 1" else "C28747"
        assert context["Person Observer Name"].PersonName == f"{first['READERID']}^"
        assert context["Person Observer's Role in this Procedure"].ConceptCodeSequence[0].CodeValue == role
        assert context["Procedure reported"].ConceptCodeSequence[0].CodeValue == package.versions.main.codings.document_title.value
        assert (report.ContentDate, report.ContentTime, report.TimezoneOffsetFromUTC) == ("20260112", "120000.000", "+0000")
        assert (report.InstanceCreationDate, report.InstanceCreationTime) == ("20260112", "120000.000")
        assert report.VerifyingObserverSequence[0].VerificationDateTime == "20260112120000.000+0000"
        assert report.StudyDate == ""


def test_a_subject_stands_by_its_code_and_neither_site_nor_text_is_told(tmp_path: Path) -> None:
    package = a_package(tmp_path, "odd", visits=1)
    path = package.folder / "data" / "readings.csv"
    path.write_text(path.read_text("utf-8").replace("T,,S1,", "T,SITE-77,S1,"), "utf-8")
    sr.write(package, tmp_path)
    assert any(row["SITEID"] == "SITE-77" for row in package.rows("readings"))
    for path in (tmp_path / "dicom" / "sr").iterdir():
        data = path.read_bytes()
        assert b"S1" in data
        assert b"SITE-77" not in data
        assert b"SUM(A1)" not in data


def test_every_clip_that_is_referred_to_stands_in_the_evidence_of_the_procedure(tmp_path: Path) -> None:
    sr.write(a_package(tmp_path, DVT, visits=1), tmp_path)
    for report in reports(tmp_path).values():
        used = {uid for one in told(report) for uid, _ in one.frames}
        studies = report.get("CurrentRequestedProcedureEvidenceSequence", ())
        listed = [
            one.ReferencedSOPInstanceUID
            for study in studies
            for series in study.ReferencedSeriesSequence
            for one in series.ReferencedSOPSequence
        ]
        assert used == set(listed)
        assert len(listed) == len(set(listed))


def test_a_still_has_no_frame_number(tmp_path: Path) -> None:
    package = a_package(tmp_path, DVT, visits=1)
    edit(package, "evidence", lambda row: {**row, "FRAMEA": "1", "FRAMEB": ""})
    edit(package, "measurements", lambda row: {**row, "FRAME": "1"})
    edit(package, "clips", lambda row: {**row, "FRAMES": "1"})
    sr.write(package, tmp_path)
    assert {frames for report in reports(tmp_path).values() for one in told(report) for _, frames in one.frames} == {()}


def test_a_point_that_was_drawn_beyond_the_edge_stands_where_it_was_drawn(tmp_path: Path) -> None:
    package = a_package(tmp_path, PORTAL, visits=1)
    edit(package, "measurements", lambda row: {**row, "POINTS": f"({COLUMNS + 9}.25 -3.00) (1.00 1.00)"} if row["TESTCD"] else row)
    sr.write(package, tmp_path)
    drawn = {line for report in reports(tmp_path).values() for one in told(report) if one.key != "whole exam" for line in one.lines}
    assert drawn == {(Decimal(COLUMNS) + Decimal("9.75"), Decimal("-2.50"), Decimal("1.50"), Decimal("1.50"))}


def test_a_revision_names_the_report_that_it_revises(tmp_path: Path) -> None:
    package = a_package(tmp_path, DVT, visits=1)
    readings = list(package.rows("readings"))
    first = next(row["RECID"] for row in readings if row["EVALROLE"] == "READER 1")
    again = [{**row, "RECID": "again", "REVISION": "2"} for row in readings if row["RECID"] == first]
    rewritten(package, "readings", [*readings, *again])
    sr.write(package, tmp_path)
    found = reports(tmp_path)
    (study,) = found[of_report("again")].PredecessorDocumentsSequence
    (series,) = study.ReferencedSeriesSequence
    former = found[of_report(first)]
    assert series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == former.SOPInstanceUID
    assert (study.StudyInstanceUID, series.SeriesInstanceUID) == (former.StudyInstanceUID, former.SeriesInstanceUID)
    assert "PredecessorDocumentsSequence" not in former


def test_a_segment_is_followed_over_visits_and_readers_by_one_identifier(tmp_path: Path) -> None:
    sr.write(a_package(tmp_path, DVT), tmp_path)
    pairs = {
        (one.ContentSequence[0].TextValue, one.ContentSequence[1].UID) for report in reports(tmp_path).values() for one in groups(report)
    }
    assert len(pairs) == len({key for key, _ in pairs}) == len({uid for _, uid in pairs})
