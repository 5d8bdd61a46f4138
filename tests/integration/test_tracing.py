"""From a row of results to readings, signatures, clip and frame, and back: for those who may, on record, and nothing that is sealed."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.domain.accounts import Role
from corelab.domain.adjudication import Take
from corelab.domain.record_errors import NotPermittedError
from corelab.domain.tracing import FrameUnknownError, PackageForeignError, RowDiffersError, RowUnknownError, Trace
from corelab.export.row_cells import segment_of
from corelab.services import assignment, packages, reading, tracing
from corelab.services.clips import ClipMissingError
from corelab.services.verification import verify_lab
from corelab.ui.words import is_expected, words_for
from tests.builders import PASSWORD, Lab
from tests.gui.exam_labs import a_clip_file, an_exam_with
from tests.life_builders import compares, decides, invalidates, reading_of, reopens, revises
from tests.reading_builders import REQUIRED, a_staffed_lab, opened_next, signs

ROW = "S01/D10/CFV/VNCOMPR"
BOUND = 3
"""The frame, from 0, that every grade of the readers is bound to."""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """An exam with two clips, dealt to two readers."""
    made = a_staffed_lab(tmp_path)
    an_exam_with(made, {"CFV": [a_clip_file()], "POPV": [a_clip_file(seed=2)]}, required=REQUIRED)
    assignment.assign(made.open, made.coordinator)
    return made


def read_by_both(lab: Lab, **differs: int | str) -> None:
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2, "", **differs)
    compares(lab)


def traced(lab: Lab, row: str = ROW, package: Path | None = None) -> Trace:
    return tracing.trace(lab.open, lab.auditor, row, package)


def exported(lab: Lab, folder: Path) -> Path:
    return packages.export(lab.open, lab.coordinator, folder, PASSWORD).package


def looked(lab: Lab) -> list[tuple[str, str, object]]:
    """Who looked at which frame for which row."""
    with lab.open.store.read() as snapshot:
        events = snapshot.events(kind="frame.looked_at")
        return [(row["actor"], *(snapshot.opening_of(row["seq"])[key] for key in ("row", "frame"))) for row in events]


# ---------------------------------------------------------------- forward


def test_a_concordant_result_leads_to_both_readings_their_signatures_and_the_frame(lab: Lab) -> None:
    read_by_both(lab)
    found = traced(lab)
    assert (found.result.row.text, found.result.grade.value, found.result.source, found.result.latest) == (ROW, "full", "CONCORDANT", True)
    assert {one.record for one in found.records} == {reading_of(lab, lab.reader_1), reading_of(lab, lab.reader_2)}
    assert [one.accepted for one in found.records] == [True, False]
    assert {one.signature.printed_name for one in found.records} == {"Reader 1", "Reader 2"}
    assert {one.signature.meaning for one in found.records} == {"reading authorship"}
    with lab.open.store.read() as snapshot:
        events = {one.seq: snapshot.one("event", seq=one.seq) for one in found.records}
        clip = snapshot.all("clip_label", segment="CFV")[0]["clip_id"]
        digest = snapshot.all("clip", id=clip)[0]["sha256"]
    assert {event["kind"] for event in events.values() if event} == {"reading.signed"}
    assert {(piece.clip, piece.frames) for one in found.records for piece in one.pieces} == {(digest, (BOUND,))}
    assert found.first == found.record.pieces[0]


def test_an_adjudicated_result_leads_to_the_decision_first(lab: Lab) -> None:
    read_by_both(lab, COMP_CFV=2)
    decides(lab, Take.A)
    compares(lab)
    found = traced(lab)
    assert [one.role for one in found.records] == ["adjudicator", "reader", "reader"]
    assert found.record.accepted
    assert found.record.grade == found.result.grade
    assert {one.grade.value for one in found.records[1:]} == {"full", "none"}
    assert found.record.signature.meaning == "adjudication"


def test_the_same_rows_are_in_the_package_with_the_same_record_and_grade(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab, COMP_CFV=2)
    decides(lab)
    compares(lab)
    package = exported(lab, tmp_path / "out")
    held = list(csv.DictReader((package / "data" / "results.csv").read_text().splitlines()))
    charter = lab.open.charter
    for row in held:
        named = "/".join((row["USUBJID"], row["VISIT"], segment_of(charter, row) or "-", row["TESTCD"]))
        found = traced(lab, named)
        assert found.result.grade.code == row["RESCD"]
        assert (next(one.record for one in found.records if one.accepted), found.result.source) == (row["RECID"], row["SOURCE"])
    assert len(held) > 10
    assert traced(lab, ROW, package).result.row.text == f"T001/{ROW}"


def test_a_row_of_readings_is_named_by_the_beginning_of_its_record(lab: Lab) -> None:
    read_by_both(lab)
    other = next(one for one in traced(lab).records if not one.accepted)
    found = traced(lab, f"{other.record[:12]}/CFV/VNCOMPR")
    assert (found.chosen, found.result.row.text) == (other.record, ROW)
    for unknown in ("ffffffff-ffff/CFV/VNCOMPR", f"{other.record}/CFV/NOTHING", f"{other.record}/NOTHING/VNCOMPR"):
        with pytest.raises(RowUnknownError):
            traced(lab, unknown)


def test_a_row_of_an_earlier_package_leads_to_what_stood_then(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    package = exported(lab, tmp_path / "out")
    gone = reading_of(lab, lab.reader_2)
    invalidates(lab, lab.reader_2)
    third = lab.person("reader-3", Role.READER)
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, third)
    compares(lab)
    then, now = traced(lab, f"T001/{ROW}"), traced(lab)
    assert (then.result.latest, now.result.latest) == (False, True)
    assert then.result.seq < now.result.seq
    assert traced(lab, ROW, package) == then
    record = next(one.record for one in then.records if one.accepted)
    assert traced(lab, f"{record}/CFV/VNCOMPR", package).result == then.result
    assert {one.record for one in now.records if not one.counts} == {gone}
    with pytest.raises(RowUnknownError):
        traced(lab, f"T007/{ROW}")


def test_a_superseded_revision_stands_beside_as_what_counts_no_more(lab: Lab) -> None:
    signs(lab, lab.reader_1, COMP_CFV=2)
    reopens(lab, lab.reader_1)
    revises(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    compares(lab)
    told = {(one.revision, one.counts, one.grade.value) for one in traced(lab).records if one.signature.printed_name == "Reader 1"}
    assert told == {(1, False, "none"), (2, True, "full")}


@pytest.mark.parametrize("row", ["S01/D10/CFV/NOTHING", "S01/D10/NOTHING/VNCOMPR", "S01/BL/CFV/VNCOMPR", "S99/D10/CFV/VNCOMPR", "nonsense"])
def test_what_is_not_there_is_refused_in_words(lab: Lab, row: str) -> None:
    read_by_both(lab)
    with pytest.raises(RowUnknownError) as refused:
        traced(lab, row)
    assert row in words_for(refused.value).all


# ---------------------------------------------------------------- sealed


def test_nothing_is_traced_before_the_release(lab: Lab) -> None:
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2, COMP_CFV=2)
    for session in (lab.coordinator, lab.auditor):
        with pytest.raises(RowUnknownError):
            tracing.trace(lab.open, session, ROW)
        with pytest.raises(RowUnknownError):
            tracing.trace(lab.open, session, f"{reading_of(lab, lab.reader_1)}/CFV/VNCOMPR")
        assert tracing.results_on(lab.open, session, _clip(lab), BOUND) == ()
    compares(lab)  # they differ: a case is open, nothing is released
    with pytest.raises(RowUnknownError):
        traced(lab)
    assert tracing.results_on(lab.open, lab.auditor, _clip(lab), BOUND) == ()


@pytest.mark.parametrize("who", ["reader_1", "reader_2", "adjudicator", "administrator"])
def test_who_may_not_read_the_trail_gets_nothing_and_the_same_refusal_for_what_is_there_and_what_is_not(lab: Lab, who: str) -> None:
    read_by_both(lab)
    session = getattr(lab, who)
    said = set()
    for row in (ROW, "S99/D10/CFV/VNCOMPR", "nonsense", f"{reading_of(lab, lab.reader_1)}/CFV/VNCOMPR"):
        with pytest.raises(NotPermittedError) as refused:
            tracing.trace(lab.open, session, row)
        said.add(str(refused.value))
    for clip, frame in ((_clip(lab), BOUND), ("c" * 64, 0), ("", 99)):
        for work in (tracing.results_on, tracing.picture):
            with pytest.raises(NotPermittedError) as refused:
                work(lab.open, session, clip, frame)
            said.add(str(refused.value))
    assert len(said) == 1
    assert looked(lab) == []


def _clip(lab: Lab) -> str:
    with lab.open.store.read() as snapshot:
        clip = snapshot.all("clip_label", segment="CFV")[0]["clip_id"]
        return str(snapshot.all("clip", id=clip)[0]["sha256"])


# ---------------------------------------------------------------- back from a frame


def test_from_a_frame_to_every_result_that_rests_on_it(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    package = exported(lab, tmp_path / "out")
    clip = _clip(lab)
    with (package / "data" / "readings.csv").open() as file:
        held = [row for row in csv.DictReader(file) if (row["CLIPID"], row["FRAMEA"]) == (clip, str(BOUND + 1))]
    found = tracing.results_on(lab.open, lab.auditor, clip, BOUND)
    expected = {(f"{row['USUBJID']}/{row['VISIT']}/{row['SEGCD']}/{row['TESTCD']}", row["RECID"], row["ACPTFL"] == "Y") for row in held}
    assert {(one.result.row.text, one.record.record, one.record.accepted) for one in found} == expected
    assert len(expected) == 4  # two questions, two readers
    assert tracing.results_on(lab.open, lab.auditor, clip[:10], BOUND) == found
    assert tracing.results_on(lab.open, lab.auditor, clip, BOUND + 1) == ()


def test_every_frame_of_a_chain_leads_back_to_its_row(lab: Lab) -> None:
    read_by_both(lab, COMP_CFV=2)
    decides(lab)
    compares(lab)
    found = traced(lab)
    for record in found.records:
        for piece in record.pieces:
            for frame in piece.frames:
                back = tracing.results_on(lab.open, lab.coordinator, piece.clip, frame)
                assert (found.result, record) in {(one.result, one.record) for one in back}


@pytest.mark.parametrize(("clip", "frame"), [("", 0), ("c" * 64, 0), ("short", 0), (None, -1), (None, 8)])
def test_a_frame_that_is_not_there_is_refused(lab: Lab, clip: str | None, frame: int) -> None:
    read_by_both(lab)
    for work in (tracing.results_on, tracing.picture):
        with pytest.raises(FrameUnknownError):
            work(lab.open, lab.auditor, clip if clip is not None else _clip(lab), frame)
    assert looked(lab) == []


# ---------------------------------------------------------------- the picture


def test_the_picture_is_that_frame_of_the_released_clip_and_looking_at_it_is_on_record(lab: Lab) -> None:
    read_by_both(lab)
    seen = tracing.picture(lab.open, lab.auditor, _clip(lab), BOUND, ROW)
    opened = opened_next(lab, lab.reader_1) if reading.worklist(lab.open, lab.reader_1).next else None
    assert opened is None
    assert (seen.index, seen.width, seen.height) == (BOUND, 320, 240)
    other = tracing.picture(lab.open, lab.coordinator, _clip(lab), 0)
    assert bytes(other.pixels) != bytes(seen.pixels)
    assert looked(lab) == [(lab.auditor.account, ROW, BOUND + 1), (lab.coordinator.account, "", 1)]
    assert verify_lab(lab.open.folder).faults == ()


def test_looking_makes_no_new_package(lab: Lab, tmp_path: Path) -> None:
    assert lab.auditor.account  # who came later would be a record of the lab
    read_by_both(lab)
    before = exported(lab, tmp_path / "before")
    tracing.picture(lab.open, lab.auditor, _clip(lab), BOUND, ROW)
    after = exported(lab, tmp_path / "after")
    assert (before.name, (before / "MANIFEST.json").read_bytes()) == (after.name, (after / "MANIFEST.json").read_bytes())


def test_a_clip_that_was_exchanged_on_disk_is_not_shown(lab: Lab) -> None:
    read_by_both(lab)
    clip = _clip(lab)
    path = lab.open.clips / clip[:2] / f"{clip}.dcm"
    path.chmod(0o644)
    path.write_bytes(a_clip_file(seed=9))
    with pytest.raises(ClipMissingError):
        tracing.picture(lab.open, lab.auditor, clip, BOUND)
    path.unlink()
    with pytest.raises(ClipMissingError):
        tracing.picture(lab.open, lab.auditor, clip, BOUND)
    assert looked(lab) == []


# ---------------------------------------------------------------- packages that are not ours


def test_a_package_of_another_lab_or_with_another_row_is_refused(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    package = exported(lab, tmp_path / "out")
    other = tmp_path / "other"
    shutil.copytree(package, other)
    manifest = json.loads((other / "MANIFEST.json").read_text())
    (other / "MANIFEST.json").write_text(json.dumps({**manifest, "trial": "OTHER"}))
    chosen = traced(lab).chosen
    for row in (ROW, f"{chosen}/CFV/VNCOMPR"):
        with pytest.raises(PackageForeignError):
            traced(lab, row, other)
    changed = tmp_path / "changed"
    shutil.copytree(package, changed)
    results = changed / "data" / "results.csv"
    header, *held = csv.reader(results.read_text().splitlines())
    at, record = header.index("TESTCD"), header.index("RECID")
    forged = [[*row[:record], "another", *row[record + 1 :]] if row[at] == "VNCOMPR" else row for row in held]
    with results.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *forged])
    with pytest.raises(RowDiffersError) as refused:
        traced(lab, ROW, changed)
    assert refused.value.column == "RECID"
    for error in (refused.value, PackageForeignError(), FrameUnknownError()):
        assert is_expected(error)
    for no_package in (tmp_path, results, tmp_path / "nowhere"):
        with pytest.raises(PackageForeignError):
            traced(lab, ROW, no_package)


# ---------------------------------------------------------------- the command line


def run(lab: Lab, user: str, *words: str) -> tuple[int, str]:
    environment = {"CORELAB_USER": user, "CORELAB_PASSWORD": PASSWORD}
    made = CliRunner().invoke(cli, list(words), env=environment)
    return made.exit_code, made.stdout


def test_the_command_traces_a_row_and_a_frame(lab: Lab) -> None:
    read_by_both(lab)
    assert lab.auditor.account
    code, text = run(lab, "auditor-1", "trace", str(lab.open.folder), ROW, "--json")
    assert code == 0
    document = json.loads(text)
    found = traced(lab)
    assert (document["row"], document["grade"], document["source"], document["record"]) == (ROW, "full", "CONCORDANT", found.chosen)
    assert [one["record"] for one in document["records"]] == [one.record for one in found.records]
    assert document["records"][0]["evidence"] == [{"clip": _clip(lab), "frames": [BOUND + 1]}]
    assert document["records"][0]["signature"]["name"] == found.record.signature.printed_name
    code, text = run(lab, "auditor-1", "trace", str(lab.open.folder), "--clip", _clip(lab)[:12], "--frame", str(BOUND + 1), "--json")
    assert code == 0
    assert {one["row"] for one in json.loads(text)["results"]} >= {ROW}
    code, text = run(lab, "auditor-1", "trace", str(lab.open.folder), *ROW.split("/"))
    assert code == 0
    assert "Fully" in text or "Full" in text
    assert f"frame {BOUND + 1}" in text


def test_the_command_refuses_readers_and_wrong_words(lab: Lab) -> None:
    read_by_both(lab)
    assert lab.auditor.account
    folder = str(lab.open.folder)
    assert run(lab, "reader-1", "trace", folder, ROW) == (1, "")
    assert run(lab, "reader-1", "trace", folder, "--clip", _clip(lab), "--frame", "4") == (1, "")
    assert run(lab, "auditor-1", "trace", folder)[0] == 2
    assert run(lab, "auditor-1", "trace", folder, ROW, "--clip", "c" * 64, "--frame", "1")[0] == 2
    assert run(lab, "auditor-1", "trace", folder, "--clip", "c" * 64)[0] == 2
    assert run(lab, "auditor-1", "trace", folder, "S99/D10/CFV/VNCOMPR") == (1, "")
    assert run(lab, "auditor-1", "open", folder, "nonsense")[0] == 1
    assert run(lab, "auditor-1", "open", folder)[0] == 2
