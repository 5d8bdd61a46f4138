"""Rows of what came in and of what was asked; that clips and expected cells agree; decisions and endpoints that were changed are found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter, load_charter
from corelab.domain.clip_label import Mode, View
from corelab.domain.clip_quality import ClipQuality, Quality, QualityReason
from corelab.domain.completeness import LabelledClip, completeness
from corelab.domain.queries import Query, QueryId, QueryKind, QueryMessage, QueryState, QueryStep
from corelab.domain.vocabulary import SegmentId, Sha256, Side, VisitId
from corelab.export.asked import query_row
from corelab.export.codebook import codelists_for
from corelab.export.columns import Table
from corelab.export.lab_tables import ADJUDICATIONS, CLIPS, ENDPOINTS, EXPECTED, QUERIES
from corelab.export.proof_tables import EVIDENCE
from corelab.export.received import OfVisit, ReleasedClip, clip_row, expected_rows, unknown_clips, unreconciled
from corelab.export.records import Adjudicated, ExamRecord, Waiting
from corelab.export.rows import tables_of
from corelab.export.tables import endpoint_column
from corelab.export.versions import Versions
from corelab.export.writers import Row
from corelab.services.packages.lab_rows import seconds_of
from tests.charter_builders import DVT, PORTAL, full
from tests.exam_builders import changed, reduced
from tests.unit.test_package_round_trip import a_subject
from tests.unit.test_package_tables import VERSIONS, a_package, an_exam, faults_of, redone

POOR = ClipQuality(Quality.NON_DIAGNOSTIC, (QualityReason.GAIN, QualityReason.SHORT_CLIP))
OF = OfVisit("DVT-LE", "S1", "S001", VisitId("D10"))
LEFT = Attributes({"STUDY_LIMB": "left"})
CFV = SegmentId("CFV")


def a_clip(n: int, segment: str | None = "CFV", **more: Any) -> ReleasedClip:
    known: dict[str, Any] = {
        "segment": SegmentId(segment) if segment else None,
        "side": Side.LEFT if segment else None,
        "view": View.COMPRESSION,
        "mode": Mode.B,
        "frames": 30,
        "seconds": Decimal("1.2"),
        "rows": 480,
        "columns": 640,
        "quality": None,
        "study_uid": "2.25.1",
        "series_uid": "2.25.2",
        "sop_uid": f"2.25.3{n}",
        "sop_class": "1.2.840.10008.5.1.4.1.1.3.1",
    }
    return ReleasedClip(Sha256(f"{n:064x}"), **{**known, **more})


def rows_of(
    clips: Sequence[ReleasedClip], closed: dict[str, str] | None = None, waiting: Sequence[str] = ()
) -> tuple[list[Row], list[Row]]:
    """Both tables, each made by its own way."""
    counted = [one for one in clips if not one.withdrawn and one.segment]
    received: dict[SegmentId, int] = {}
    for one in counted:
        received[one.segment or CFV] = received.get(one.segment or CFV, 0) + 1
    labelled = [LabelledClip(one.segment or CFV, (one.view, one.mode), one.quality) for one in counted]
    labelled += [LabelledClip(SegmentId(one)) for one in waiting]
    shut = {SegmentId(segment): reason for segment, reason in (closed or {}).items()}
    places = [SegmentId(one) for one in waiting]
    found = completeness(reduced(), OF.visit, LEFT, received, places, shut, labelled=labelled)
    return [clip_row(reduced(), OF, one) for one in clips], list(expected_rows(reduced(), OF, found, came=True))


def a_cell(expected: Sequence[Row], segment: str) -> Row:
    return next(row for row in expected if row["SEGCD"] == segment)


def coded(table: Table, rows: Sequence[Row], charter: Charter | None = None) -> list[tuple[str, str]]:
    """Values of these rows that stand in no code list, and those that are too long."""
    known = {(code.codelist, code.code) for code in codelists_for(charter or reduced())}
    return [
        (column.name, row[column.name])
        for row in rows
        for column in table.columns
        if len(row[column.name]) > column.length
        or (column.codelist and row[column.name] and (column.codelist, row[column.name]) not in known)
    ]


# ---------------------------------------------------------------- clips and cells


def test_a_clip_is_told_with_what_it_shows_how_well_and_its_identifiers() -> None:
    row = clip_row(reduced(), OF, a_clip(1, quality=POOR))
    assert tuple(row) == CLIPS.names
    assert (row["STUDYID"], row["SITEID"], row["USUBJID"], row["VISITNUM"], row["VISIT"]) == ("DVT-LE", "S1", "S001", "2", "D10")
    assert (row["SIDE"], row["SEGCD"], row["VIEW"], row["MODE"]) == ("LEFT", "CFV", "COMPRESSION", "B")
    assert (row["FRAMES"], row["SECONDS"], row["ROWS"], row["COLS"]) == ("30", "1.200", "480", "640")
    assert (row["QCGRADE"], row["QCREASN"], row["STATE"], row["REPLCLIP"]) == ("NON-DIAGNOSTIC", "GAIN+SHORT_CLIP", "RELEASED", "")
    assert (row["STDYUID"], row["SERUID"], row["SOPUID"]) == ("2.25.1", "2.25.2", "2.25.31")
    assert coded(CLIPS, [row]) == []
    worst = ClipQuality(Quality.LIMITED, tuple(QualityReason))
    assert coded(CLIPS, [clip_row(reduced(), OF, a_clip(1, quality=worst))]) == []


def test_what_nobody_said_of_a_clip_stays_empty() -> None:
    row = clip_row(reduced(), OF, a_clip(1, None, view=None, mode=None, seconds=Decimal(0), frames=1))
    assert {row[name] for name in ("SIDE", "SEGCD", "VIEW", "MODE", "QCGRADE", "QCREASN", "SECONDS")} == {""}


def test_a_clip_says_whether_it_still_counts() -> None:
    clips = (a_clip(1), a_clip(2, withdrawn=True), a_clip(3, withdrawn=True, replaced_by=Sha256("b" * 64)))
    assert [one.state for one in clips] == ["RELEASED", "WITHDRAWN", "REPLACED"]


def test_how_long_a_clip_plays_is_counted_in_digits() -> None:
    assert seconds_of('{"each":"33.3","frames":3,"source":"FrameTime"}') == Decimal("0.0999")
    assert seconds_of('{"ms":["0.1","0.2"],"source":"FrameTimeVector"}') == Decimal("0.0003")


def test_every_segment_that_is_wanted_stands_as_it_was_received() -> None:
    clips = [a_clip(1), a_clip(2), a_clip(3, "POPV", quality=POOR), a_clip(4, withdrawn=True)]
    told, expected = rows_of(clips, {"FV_PROX": "NOT_SCANNED"}, ["FV_MID"])
    assert [tuple(row) for row in expected] == [EXPECTED.names] * len(expected)
    found = {row["SEGCD"]: (row["STATE"], row["REASON"], row["NCLIPS"], row["NWAIT"], row["REQFL"]) for row in expected}
    assert found["CFV"] == ("RECEIVED", "", "2", "0", "Y")
    assert found["POPV"] == ("NON-DIAGNOSTIC", "", "1", "0", "Y")
    assert found["FV_PROX"][:3] == ("NOT IMAGED", "NOT_SCANNED", "0")
    assert found["FV_MID"] == ("MISSING", "WAITING", "0", "1", "Y")
    assert {place[:2] for segment, place in found.items() if segment not in {"CFV", "POPV", "FV_PROX", "FV_MID"}} == {("MISSING", "NOCLIP")}
    wanted = {segment.id for segment in reduced().segments if segment.presence == "required"}
    assert {segment for segment, place in found.items() if place[-1] == "Y"} <= wanted
    assert coded(EXPECTED, expected) == []
    assert list(unreconciled(told, expected)) == []


def test_a_segment_that_came_beyond_what_is_wanted_is_a_cell_too() -> None:
    optional = next(segment for segment in reduced().segments if segment.presence != "required" and segment.side == "study")
    told, expected = rows_of([a_clip(1, optional.id)])
    assert (a_cell(expected, optional.id)["REQFL"], a_cell(expected, optional.id)["STATE"]) == ("N", "RECEIVED")
    assert list(unreconciled(told, expected)) == []
    _, without = rows_of([])
    assert optional.id not in {row["SEGCD"] for row in without}


def test_a_visit_of_which_nothing_came_says_so() -> None:
    nothing = completeness(reduced(), OF.visit, Attributes({}), {}, (), {})
    rows = list(expected_rows(reduced(), OF, nothing, came=False))
    assert rows
    assert {(row["STATE"], row["REASON"], row["NCLIPS"]) for row in rows} == {("MISSING", "NOEXAM", "0")}
    study = {segment.id for segment in reduced().segments if segment.side == "study"}
    assert {row["SIDE"] for row in rows if row["SEGCD"] in study} == {""}, "nobody entered the side"


@pytest.mark.parametrize("name", [DVT, PORTAL])
def test_every_charter_tells_what_it_expects(name: str) -> None:
    charter = load_charter(full(name).encode())
    for visit in charter.visits:
        of = replace(OF, visit=VisitId(visit.id))
        rows = list(expected_rows(charter, of, completeness(charter, of.visit, Attributes({}), {}, (), {}), came=False))
        assert coded(EXPECTED, rows, charter) == []
        keys = [tuple(row[key] for key in EXPECTED.key) for row in rows]
        assert len(set(keys)) == len(keys)


WRONG = [
    ("NCLIPS", {"NCLIPS": "3"}, "NCLIPS is '3', clips.csv has 2"),
    ("a state", {"STATE": "MISSING", "REASON": "NOCLIP"}, "STATE is 'MISSING', its clips say RECEIVED"),
    ("a reason", {"REASON": "NOCLIP"}, "REASON is 'NOCLIP' where STATE is 'RECEIVED'"),
]


@pytest.mark.parametrize(("_what", "change", "told"), WRONG, ids=[one[0] for one in WRONG])
def test_a_cell_that_its_clips_contradict_is_found(_what: str, change: dict[str, str], told: str) -> None:
    clips, expected = rows_of([a_clip(1), a_clip(2)])
    damaged = [{**row, **change} if row["SEGCD"] == "CFV" else row for row in expected]
    found = list(unreconciled(clips, damaged))
    assert [(one.table, one.row["SEGCD"], one.what) for one in found] == [(EXPECTED, "CFV", told)]


def test_a_cell_without_a_clip_that_says_it_was_received_is_found() -> None:
    clips, expected = rows_of([])
    damaged = [{**row, "STATE": "RECEIVED", "REASON": ""} if row["SEGCD"] == "CFV" else row for row in expected]
    assert [one.what for one in unreconciled(clips, damaged)] == ["STATE is 'RECEIVED', its clips say MISSING or NOT IMAGED"]


def test_a_clip_whose_cell_is_gone_is_found() -> None:
    clips, expected = rows_of([a_clip(1)])
    found = list(unreconciled(clips, [row for row in expected if row["SEGCD"] != "CFV"]))
    assert [(one.table, one.row["CLIPID"]) for one in found] == [(CLIPS, clips[0]["CLIPID"])]


def test_a_clip_that_serves_nothing_does_not_make_a_cell_received() -> None:
    clips, expected = rows_of([a_clip(1, quality=POOR)])
    damaged = [{**row, "STATE": "RECEIVED"} if row["SEGCD"] == "CFV" else row for row in expected]
    assert [one.what for one in unreconciled(clips, damaged)] == ["STATE is 'RECEIVED', its clips say NON-DIAGNOSTIC"]


def test_a_clip_that_waits_may_serve_where_the_released_one_does_not() -> None:
    clips, expected = rows_of([a_clip(1, quality=POOR)], waiting=["CFV"])
    assert a_cell(expected, "CFV")["STATE"] == "RECEIVED"
    assert list(unreconciled(clips, expected)) == []


def test_a_replacement_is_named_and_is_of_the_same_exam() -> None:
    clips, expected = rows_of([a_clip(1, withdrawn=True, replaced_by=Sha256(f"{2:064x}")), a_clip(2)])
    assert list(unreconciled(clips, expected)) == []
    alone = [{**clips[0], "REPLCLIP": ""}, clips[1]]
    assert [one.what for one in unreconciled(alone, expected)] == ["STATE is 'REPLACED' and REPLCLIP is ''"]
    other = [clips[0], {**clips[1], "VISIT": "BL"}]
    told = {one.what for one in unreconciled(other, expected)}
    assert "was replaced by a clip that is not of the same subject and visit" in told


# ---------------------------------------------------------------- queries

NOW = datetime(2026, 1, 12, 10, tzinfo=UTC)


def a_query(*steps: tuple[QueryStep, QueryState], **more: Any) -> Query:
    messages = tuple(
        QueryMessage(n, step, state, NOW + timedelta(days=n), "Somebody", NOW + timedelta(days=14), "words of a person")
        for n, (step, state) in enumerate(steps)
    )
    known: dict[str, Any] = {"site": "S01", "site_number": 3, "subject": "S001", "visit": "D10", "excluded": None}
    of = {**known, **more}
    return Query(
        QueryId("q"), 12, of["site"], of["site_number"], QueryKind.MISSING_FILE, None, None, of["subject"], of["visit"], None,
        MappingProxyType({"segment": "CFV"}), "text of a template", "Somebody", messages, of["excluded"],
    )  # fmt: skip


RAISED, SENT = (QueryStep.RAISED, QueryState.OPEN), (QueryStep.SENT, QueryState.SENT)
ANSWERED, CLOSED = (QueryStep.ANSWERED, QueryState.ANSWERED), (QueryStep.CLOSED, QueryState.CLOSED)


def test_a_query_is_told_with_its_state_and_times_and_without_a_word() -> None:
    row = query_row("DVT-LE", a_query(RAISED, SENT, (QueryStep.REMINDED, QueryState.SENT), ANSWERED, CLOSED), 77, {"D10"}, None)
    assert tuple(row) == QUERIES.names
    assert (row["QNUM"], row["SITEID"], row["SITENUM"], row["USUBJID"], row["VISIT"]) == ("12", "S01", "3", "S001", "D10")
    assert (row["KIND"], row["STATE"], row["EXCLFL"], row["NSENT"], row["EVENTSEQ"]) == ("MISSING FILE", "CLOSED", "N", "2", "77")
    assert row["RAISDTC"] == "2026-01-12T10:00:00.000Z"
    assert (row["SENTDTC"][:10], row["ANSWDTC"][:10], row["ENDDTC"][:10], row["DUEDTC"]) == ("2026-01-13", "2026-01-15", "2026-01-16", "")
    assert not {"words of a person", "text of a template", "Somebody", "CFV"} & set(row.values())
    assert coded(QUERIES, [row]) == []


def test_an_open_query_that_was_excluded_says_so() -> None:
    row = query_row("DVT-LE", a_query(RAISED, SENT, excluded="The site closed"), 1, {"D10"}, None)
    assert (row["EXCLFL"], row["STATE"], row["DUEDTC"][:10], row["ENDDTC"]) == ("Y", "SENT", "2026-01-26", "")


def test_a_query_about_nothing_known_is_a_row_all_the_same() -> None:
    row = query_row("DVT-LE", a_query(RAISED, site=None, site_number=None, subject=None, visit="W1"), 1, {"D10"}, None)
    assert {row[name] for name in ("SITEID", "SITENUM", "USUBJID", "VISIT", "CLIPID", "SENTDTC", "ANSWDTC")} == {""}


# ---------------------------------------------------------------- decisions and endpoints


RANK = {Take.A: 2, Take.B: 0, Take.OWN: 1}
"""What each take says where reading 2, which stood as A, says none, and reading 1 full."""


def an_adjudicated_exam(take: Take = Take.A) -> ExamRecord:
    exam = an_exam({}, {"COMP_CFV": 2}, {"COMP_CFV": RANK[take]})
    decision = exam.records[-1]
    a, b = (MappingProxyType({CFV: f"record-{slot}"}) for slot in (2, 1))
    how = Adjudicated(MappingProxyType(dict.fromkeys(decision.answers, (take, DecisionReason.ARTERY))), a, b)
    return replace(exam, records=(*exam.records[:-1], replace(decision, adjudicated=how)))


@pytest.mark.parametrize("take", RANK)
def test_a_decision_tells_what_stood_as_a_and_b_and_whose_was_taken(take: Take) -> None:
    (row,) = tables_of(VERSIONS, [an_adjudicated_exam(take)]).adjudications
    assert (row["SEGCD"], row["SIDE"], row["ACD"], row["BCD"], row["CHOSEN"]) == ("CFV", "LEFT", "none", "full", take.value)
    assert row["RESCD"] == ("full", "partial", "none")[RANK[take]]
    assert (row["AROLE"], row["ARECID"], row["BRECID"]) == ("READER 2", "record-2", "record-1")
    assert (row["ADJRSN"], row["ADJMODE"], row["CURRFL"], row["RECID"]) == ("ARTERY", "REVIEW", "Y", "record-3")
    assert coded(ADJUDICATIONS, [row]) == []


def test_a_take_that_is_not_what_that_reading_says_is_the_adjudicators_own() -> None:
    exam = an_adjudicated_exam(Take.B)
    decision = exam.records[-1]
    assert decision.adjudicated is not None
    said = replace(decision.adjudicated, taken=dict.fromkeys(decision.adjudicated.taken, (Take.A, None)))
    (row,) = tables_of(VERSIONS, [replace(exam, records=(*exam.records[:-1], replace(decision, adjudicated=said)))]).adjudications
    assert row["CHOSEN"] == "OWN"


def test_where_a_and_b_were_not_shown_nothing_is_told_as_shown() -> None:
    charter = load_charter(changed(('mode = "review"', 'mode = "independent"')))
    exam = replace(an_adjudicated_exam(Take.OWN), charter_hash=charter.hash)
    (row,) = tables_of(Versions.of([charter]), [exam]).adjudications
    assert (row["ACD"], row["BCD"], row["ADJMODE"], row["AROLE"]) == ("", "", "INDEPENDENT", "READER 2")


def test_while_the_order_of_a_and_b_is_sealed_nobody_is_told_it() -> None:
    exam = an_adjudicated_exam(Take.OWN)
    decision = exam.records[-1]
    assert decision.adjudicated is not None
    sealed = replace(decision.adjudicated, a={}, b={})
    (row,) = tables_of(VERSIONS, [replace(exam, records=(*exam.records[:-1], replace(decision, adjudicated=sealed)))]).adjudications
    assert {row[name] for name in ("ACD", "BCD", "AROLE", "ARECID", "BRECID")} == {""}


def test_an_endpoint_is_told_with_its_value_what_it_rests_on_and_its_rule() -> None:
    tables = tables_of(VERSIONS, [an_adjudicated_exam()])
    rows = {row["PARAMCD"]: row for row in tables.endpoints if not row["SEGCD"]}
    derived = {one.id: one for one in reduced().derivations}
    assert set(rows) == {one.id for one in reduced().derivations if one.scope == "exam"}
    worst = rows["COMPWRST"]
    assert (worst["AVAL"], worst["AVALC"], worst["MISSRSN"], worst["SOURCE"]) == ("2", "2", "", "ADJUDICATED")
    assert (worst["RULE"], worst["CHARTVER"]) == (f"worst, {derived['COMPWRST'].missing}", reduced().version)  # type: ignore[union-attr]
    assert int(worst["INPUTS"]) > 0
    assert [row["AVALC"] or row["MISSRSN"] for row in tables.endpoints if not row["SEGCD"]] == [
        tables.subject_visit[0][row["PARAMCD"]] for row in tables.endpoints if not row["SEGCD"]
    ]
    assert coded(ENDPOINTS, tables.endpoints) == []


@pytest.mark.parametrize("name", [DVT, PORTAL, "odd"])
def test_every_derivation_of_every_charter_has_its_row_as_the_wide_table_says(name: str) -> None:
    charter = load_charter(full(name).encode())
    exams = a_subject(charter, 4)
    tables = tables_of(Versions.of([charter]), exams[1:], [Waiting("S1", exams[0].visit)])
    assert coded(ENDPOINTS, tables.endpoints, charter) == []
    assert coded(ADJUDICATIONS, tables.adjudications, charter) == []
    wide = {row["VISIT"]: row for row in tables.subject_visit}
    sides = {segment.id: segment.side for segment in charter.segments}
    for row in tables.endpoints:
        both = sides.get(row["SEGCD"]) == "both"
        segment = SegmentId(f"{row['SEGCD']}.{row['SIDE'][:1]}" if both else row["SEGCD"])
        assert (row["AVALC"] or row["MISSRSN"]).removesuffix("OPEN") == wide[row["VISIT"]][endpoint_column(row["PARAMCD"], segment)]
        assert (row["AVALC"] == "") == (row["MISSRSN"] != "")
        assert not row["AVAL"] or Decimal(row["AVAL"]) == Decimal(row["AVALC"])
    assert len(tables.endpoints) == len({tuple(row[key] for key in ENDPOINTS.key) for row in tables.endpoints})


def test_a_look_back_over_an_exam_that_waits_is_open_and_says_so() -> None:
    charter = load_charter(full(PORTAL).encode())
    exams = a_subject(charter, 0)
    rows = tables_of(Versions.of([charter]), exams[1:], [Waiting("S1", exams[0].visit)]).endpoints
    assert "OPEN" in {row["MISSRSN"] for row in rows}
    assert "OPEN" not in {row["MISSRSN"] for row in tables_of(Versions.of([charter]), exams).endpoints}


DAMAGED = [
    ("adjudications", "none,full,A,none", "none,full,OWN,none", None),
    ("adjudications", "none,full,A,none", "none,full,B,none", "CHOSEN is 'B', the readings give 'OWN'"),
    ("adjudications", "none,full,A,none", "full,full,A,none", "ACD is 'full', the readings give 'none'"),
    ("adjudications", "none,full,A,none", "none,full,A,partial", "RESCD is 'partial', the readings give 'none'"),
    ("adjudications", "READER 2,record-2,record-1", "READER 1,record-2,record-1", "AROLE is 'READER 1', the readings give 'READER 2'"),
    ("adjudications", "READER 2,record-2,record-1", "READER 2,record-1,record-2", "ACD is 'none', the readings give 'full'"),
    ("endpoints", ",2,2,,,", ",1,1,,,", "AVAL is '1', the readings give '2'"),
    ("endpoints", "ADJUDICATED", "CONCORDANT", "SOURCE is 'CONCORDANT', the readings give 'ADJUDICATED'"),
]


@pytest.mark.parametrize(("table", "old", "new", "named"), DAMAGED)
def test_a_decision_or_an_endpoint_that_was_changed_is_found(table: str, old: str, new: str, named: str | None, tmp_path: Path) -> None:
    """Of one thing these tables know nothing: an own grade that equals A. The trail in the package says what was taken."""
    folder = a_package(tmp_path / "package", tables_of(VERSIONS, [an_adjudicated_exam()]))
    assert faults_of(folder) == []
    redone(folder, table, old, new)
    told = [one for one in faults_of(folder) if one.startswith(f"data/{table}.csv")]
    assert told == [] if named is None else any(named in one for one in told), told


def test_a_grade_that_rests_on_a_clip_that_is_not_there_is_found(tmp_path: Path) -> None:
    tables = tables_of(VERSIONS, [an_adjudicated_exam()])
    folder = a_package(tmp_path / "package", tables)
    clip = tables.evidence[0]["CLIPID"]
    redone(folder, "clips", clip, "d" * 64)
    told = [one for one in faults_of(folder) if one.startswith("data/evidence.csv")]
    assert len(told) == len(tables.evidence)
    assert all(f"rests on the clip {clip}, which clips.csv does not have" in one for one in told)


def test_a_package_of_before_clips_were_told_is_not_asked_for_them() -> None:
    row = dict.fromkeys(EVIDENCE.names, "")
    assert list(unknown_clips({"evidence": (row,)})) == []
    assert len(list(unknown_clips({"evidence": (row,), "clips": ()}))) == 1


def test_a_decision_whose_row_is_gone_is_found(tmp_path: Path) -> None:
    folder = a_package(tmp_path / "package", tables_of(VERSIONS, [an_adjudicated_exam()]))
    row = (folder / "data" / "endpoints.csv").read_text().splitlines()[1]
    redone(folder, "endpoints", f"{row}\n", "")
    assert any(one.startswith("data/endpoints.csv") and one.endswith("is missing") for one in faults_of(folder))
