"""What was measured beside the answers: through draft, signature, case, package and verify; and nobody can change it unseen."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.checks import CheckCode
from corelab.domain.measurement import MOST, Measurement, Quantity
from corelab.domain.reading_errors import ChecksFailedError
from corelab.domain.trail import TrailFilter, ValueOf
from corelab.domain.vocabulary import Binding, Caliper, Evidence, Sha256
from corelab.export.check import Loaded, load, recomputed_faults, table_faults, versions_of
from corelab.services import adjudication, assignment, audit, comparison, packages, reading, verification
from corelab.services.accounts import Session
from tests.builders import PASSWORD, Lab
from tests.exam_builders import cell
from tests.reading_builders import a_ready_exam, a_staffed_lab, filled, first, opened_next

SPACING = ("0.0286", "-0.0229")
LINE = ((1000, 500), (1000, 2500))
OUTLINE = ((1000, 500), (2000, 500), (2000, 1500))


def a_length(clip: Sha256, frame: int = 2, points: tuple[tuple[int, int], ...] = LINE, value: str = "4.6") -> Measurement:
    return Measurement(clip, frame, Quantity.LENGTH, points, 0, SPACING, value, "mm")


def an_area(clip: Sha256) -> Measurement:
    return Measurement(clip, 4, Quantity.AREA, OUTLINE, 0, SPACING, "3.3", "mm2")


def a_ratio(clip: Sha256) -> Measurement:
    return Measurement(clip, 1, Quantity.RATIO, (*LINE, (0, 0), (0, 500)), None, None, "25.0", "percent")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_staffed_lab(tmp_path)
    assert made.coordinator_2.account
    a_ready_exam(made)
    assignment.assign(made.open, made.coordinator)
    return made


def signs(lab: Lab, session: Session, *measurements: Measurement, **said: int) -> None:
    opened = reading.open_reading(lab.open, session, first(lab, session))
    made = filled(opened, "", **said).measuring(measurements)
    version = reading.save(lab.open, session, made, version=opened.version).version
    reading.sign(lab.open, session, made, PASSWORD, version=version)


def clip_of(lab: Lab, segment: str) -> Sha256:
    opened = opened_next(lab, lab.reader_1)
    return next(clip.sha256 for clip in opened.clips if clip.segment == segment)


def rows(package: Path, table: str) -> list[dict[str, str]]:
    return list(csv.DictReader((package / "data" / f"{table}.csv").read_text().splitlines()))


# ---------------------------------------------------------------- drafts


def test_a_draft_keeps_them_and_tells_each_change_sealed_in_one_size(lab: Lab) -> None:
    clip = clip_of(lab, "CFV")
    opened = opened_next(lab, lab.reader_1)
    one = opened.reading.measuring([a_length(clip)])
    two = opened.reading.measuring([a_length(clip, points=((1000, 500), (1000, 500 + 436 * 2)), value="2.0"), an_area(clip)])
    version = reading.save(lab.open, lab.reader_1, one).version
    version = reading.save(lab.open, lab.reader_1, two, version=version).version
    reading.save(lab.open, lab.reader_1, opened.reading, version=version)
    with lab.open.store.read() as snapshot:
        events = snapshot.events(kind="measurement.changed")
        told = [snapshot.opening_of(event["seq"], lab.reader_1.box) for event in events]
        lengths = {len(snapshot.all("event_payload", seq=event["seq"])[0]["body"]) for event in events}
    assert [(bool(one["old"]), bool(one["new"])) for one in told] == [
        (False, True),
        (True, True),
        (False, True),
        (True, False),
        (True, False),
    ]
    assert told[1]["old"]["value"] == "4.6"
    assert told[1]["new"]["value"] == "2.0"
    assert len(lengths) == 1
    assert opened_next(lab, lab.reader_1).reading.measurements == ()


def test_what_cannot_be_right_keeps_a_reading_from_being_signed(lab: Lab) -> None:
    clip = clip_of(lab, "CFV")
    wrong = (a_length(clip, value="4.7"), a_length(clip, frame=99), a_length(Sha256("e" * 64)))
    for one in wrong:
        opened = opened_next(lab, lab.reader_1)
        made = filled(opened).measuring([one])
        assert [fault.code for fault in reading.faults(lab.open, lab.reader_1, made, opened.clips)] == [CheckCode.MEASUREMENT_UNKNOWN]
        with pytest.raises(ChecksFailedError):
            reading.sign(lab.open, lab.reader_1, made, PASSWORD, version=opened.version)
    opened = opened_next(lab, lab.reader_1)
    many = filled(opened).measuring([a_length(clip)] * (MOST + 1))
    assert len(reading.faults(lab.open, lab.reader_1, many, opened.clips)) == 1


# ---------------------------------------------------------------- sealed, seen by the adjudicator, exported


def test_signed_measurements_are_the_readers_own_and_stay_sealed_until_the_release(lab: Lab) -> None:
    clip = clip_of(lab, "CFV")
    of = first(lab, lab.reader_1)
    signs(lab, lab.reader_1, a_length(clip), an_area(clip), a_ratio(clip))
    again = reading.open_reading(lab.open, lab.reader_1, of)
    assert again.signed_at is not None
    assert again.reading.measurements == (a_length(clip), an_area(clip), a_ratio(clip))
    assert opened_next(lab, lab.reader_2).reading.measurements == ()
    with lab.open.store.read() as snapshot:
        assert all(row["body"].find(b"mm2") < 0 for row in snapshot.all("event_payload") if row["form"] == "sealed")


def test_signed_readings_take_the_same_room_with_and_without_measurements(lab: Lab) -> None:
    clip = clip_of(lab, "CFV")
    signs(lab, lab.reader_1, *[replace(an_area(clip), frame=n % 9) for n in range(MOST)])
    signs(lab, lab.reader_2)
    with lab.open.store.read() as snapshot:
        events = snapshot.events(kind="reading.signed")
        assert len({len(snapshot.all("event_payload", seq=event["seq"])[0]["body"]) for event in events}) == 1


def test_an_adjudicator_sees_those_of_a_disputed_segment_as_a_and_b(lab: Lab) -> None:
    here, elsewhere = clip_of(lab, "CFV"), clip_of(lab, "POPV")
    signs(lab, lab.reader_1, a_length(here), a_length(elsewhere))
    signs(lab, lab.reader_2, an_area(here), COMP_CFV=2)
    comparison.release_and_compare(lab.open, lab.coordinator)
    case = adjudication.open_case(lab.open, lab.adjudicator, first(lab, lab.adjudicator)).case
    assert set(case.measured) == {"CFV"}
    a, b = case.measured[cell("COMP.CFV").segment]
    first_is_a = case.disputes[0].a.grade.value == "full"
    assert (a, b) == (((a_length(here),), (an_area(here),)) if first_is_a else ((an_area(here),), (a_length(here),)))


def test_what_an_adjudicator_measures_is_kept_and_signed(lab: Lab, tmp_path: Path) -> None:
    clip = clip_of(lab, "CFV")
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2, COMP_CFV=2)
    comparison.release_and_compare(lab.open, lab.coordinator)
    of = first(lab, lab.adjudicator)
    opened = adjudication.open_case(lab.open, lab.adjudicator, of)
    draft = opened.draft.measuring([an_area(clip)])
    version = adjudication.save(lab.open, lab.adjudicator, of, draft, version=opened.version).version
    assert adjudication.open_case(lab.open, lab.adjudicator, of).draft.measurements == (an_area(clip),)
    for dispute in draft.case.disputes:
        draft = draft.decided(dispute.cell, Take.A, reason=DecisionReason.OTHER_FRAME)
    adjudication.sign(lab.open, lab.adjudicator, of, draft, PASSWORD, version=version)
    assert adjudication.open_case(lab.open, lab.adjudicator, of).draft.measurements == (an_area(clip),)
    comparison.release_and_compare(lab.open, lab.coordinator)
    made = packages.export(lab.open, lab.coordinator, tmp_path / "out", PASSWORD)
    assert [(row["QUANTITY"], row["MVAL"]) for row in rows(made.package, "measurements")] == [("area", "3.3")]


def test_what_cannot_be_right_keeps_a_case_from_being_signed_too(lab: Lab) -> None:
    clip = clip_of(lab, "CFV")
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2, COMP_CFV=2)
    comparison.release_and_compare(lab.open, lab.coordinator)
    of = first(lab, lab.adjudicator)
    opened = adjudication.open_case(lab.open, lab.adjudicator, of)
    draft = opened.draft
    for dispute in draft.case.disputes:
        draft = draft.decided(dispute.cell, Take.A, reason=DecisionReason.OTHER_FRAME)
    for wrong in ([a_length(clip, value="4.7")], [a_length(Sha256("e" * 64))], [a_length(clip)] * (MOST + 1)):
        with pytest.raises(ChecksFailedError) as refused:
            adjudication.sign(lab.open, lab.adjudicator, of, draft.measuring(wrong), PASSWORD, version=opened.version)
        assert [fault.code for fault in refused.value.faults] == [CheckCode.MEASUREMENT_UNKNOWN]
    adjudication.sign(lab.open, lab.adjudicator, of, draft.measuring([a_length(clip)]), PASSWORD, version=opened.version)


def a_package(lab: Lab, tmp_path: Path) -> Path:
    clip = clip_of(lab, "CFV")
    signs(lab, lab.reader_1, a_length(clip), an_area(clip), a_ratio(clip))
    signs(lab, lab.reader_2)
    comparison.release_and_compare(lab.open, lab.coordinator)
    return packages.export(lab.open, lab.coordinator, tmp_path / "out", PASSWORD).package


def test_a_package_holds_every_measurement_with_its_points_and_verifies(lab: Lab, tmp_path: Path) -> None:
    package = a_package(lab, tmp_path)
    found = rows(package, "measurements")
    assert [(row["QUANTITY"], row["MVAL"], row["UNIT"], row["FRAME"], row["REGION"]) for row in found] == [
        ("length", "4.6", "mm", "3", "1"),
        ("area", "3.3", "mm2", "5", "1"),
        ("ratio", "25.0", "percent", "2", ""),
    ]
    assert found[0]["POINTS"] == "(10.00 5.00) (10.00 25.00)"
    assert (found[0]["SPACEX"], found[0]["SPACEY"]) == SPACING
    assert packages.verify_package(package).faults == ()
    assert verification.verify_open(lab.open).faults == ()


def test_every_piece_of_evidence_is_exported_with_the_method_that_proposed_it(lab: Lab, tmp_path: Path) -> None:
    clip = clip_of(lab, "CFV")
    opened = reading.open_reading(lab.open, lab.reader_1, first(lab, lab.reader_1))
    pair = Evidence(clip, 1, 6, Binding.MARKED, method="walls 1.0")
    caliper = Evidence(clip, 2, None, Binding.CALIPER, Caliper(LINE, 0, "4.6", "mm", SPACING))
    said = cell("COMP.CFV")
    made = filled(opened)
    made = made.answered(said, made.answers[said].grade, [pair, caliper])
    version = reading.save(lab.open, lab.reader_1, made, version=opened.version).version
    assert opened_next(lab, lab.reader_1).reading.answers[said].evidence == (pair, caliper)
    reading.sign(lab.open, lab.reader_1, made, PASSWORD, version=version)
    signs(lab, lab.reader_2)
    comparison.release_and_compare(lab.open, lab.coordinator)
    package = packages.export(lab.open, lab.coordinator, tmp_path / "out", PASSWORD).package
    own = [row for row in rows(package, "evidence") if row["SEGCD"] == "CFV" and row["TESTCD"] == "VNCOMPR"]
    pieces = [(row["EVSEQ"], row["FRAMEA"], row["FRAMEB"], row["BOUND"], row["METHOD"]) for row in own]
    assert ("1", "2", "7", "marked", "walls 1.0") in pieces
    assert ("2", "3", "", "caliper", "") in pieces
    assert packages.verify_package(package).faults == ()


def test_the_trail_tells_what_was_measured_and_changed_once_it_is_released(lab: Lab) -> None:
    clip = clip_of(lab, "CFV")
    opened = reading.open_reading(lab.open, lab.reader_1, first(lab, lab.reader_1))
    one = filled(opened).measuring([a_length(clip)])
    other = one.measuring([a_length(clip, points=((1000, 500), (1000, 1373)), value="2.0")])
    version = reading.save(lab.open, lab.reader_1, one, version=opened.version).version
    version = reading.save(lab.open, lab.reader_1, other, version=version).version

    def told() -> list[tuple[str | None, str | None]]:
        lines = audit.trail(lab.open, lab.auditor, TrailFilter(kinds=("measurement.changed",), changes=True))
        return [(change.old, change.new) for changes in audit.changes_of(lab.open, lab.auditor, lines).values() for change in changes]

    assert told() == []
    reading.sign(lab.open, lab.reader_1, other, PASSWORD, version=version)
    signs(lab, lab.reader_2)
    comparison.release_and_compare(lab.open, lab.coordinator)
    assert sorted(told(), key=lambda pair: pair[0] or "") == [
        (None, "length 4.6 mm, frame 3"),
        ("length 4.6 mm, frame 3", "length 2.0 mm, frame 3"),
    ]
    of = ValueOf("measurement", (str(opened.reading.assignment),))
    assert [change.new for one in audit.history(lab.open, lab.auditor, of) for change in one.changes] == [
        "length 4.6 mm, frame 3",
        "length 2.0 mm, frame 3",
    ]


# ---------------------------------------------------------------- what was changed in a package is found


def checked_anew(package: Path) -> list[str]:
    """What is wrong with the tables themselves, whatever the hashes say."""
    loaded, _ = load(package)
    assert loaded is not None
    now = Loaded(package, loaded.manifest, loaded.named)
    versions, _ = versions_of(now)
    assert versions is not None
    wrong, _ = table_faults(versions, now)
    return [str(fault) for fault in (*wrong, *recomputed_faults(versions, now))]


@pytest.mark.parametrize(
    ("said", "instead", "what"),
    [
        ("4.6,mm", "4.7,mm", "which its points do not give"),
        ("3.3,mm2", "3.3,cm2", "which its points do not give"),
        ("(10.00 25.00)", "(10.00 26.00)", "which its points do not give"),
        ("0.0286", "nothing", "which its points do not give"),
        ("25.0,percent", "25.1,percent", "which its points do not give"),
        (",length,", ",breadth,", "in no code list"),
    ],
)
def test_a_value_that_its_points_do_not_give_is_a_fault(lab: Lab, tmp_path: Path, said: str, instead: str, what: str) -> None:
    package = a_package(lab, tmp_path)
    table = package / "data/measurements.csv"
    assert checked_anew(package) == []
    assert said in table.read_text()
    table.write_text(table.read_text().replace(said, instead, 1))
    assert any(what in fault for fault in checked_anew(package))
    assert not packages.verify_package(package).ok
