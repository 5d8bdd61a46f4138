"""The audit file of a package in ODM 1.3.2: valid for two judges, every grade in it and no other, and what happened to each told."""

import csv
import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

from corelab.domain.accounts import Role
from corelab.domain.charter import load_charter
from corelab.domain.clock import stamp
from corelab.export import odm
from corelab.export.odm.names import PATH
from corelab.export.odm.schema import require_valid
from corelab.export.odm.study import study_of
from corelab.export.odm.trail import Trail
from corelab.export.written import PartRefusedError, Written
from corelab.resources import resource
from corelab.services import assignment, packages, reading
from tests.builders import PASSWORD, Lab
from tests.charter_builders import SHIPPED, full
from tests.exam_builders import cell
from tests.life_builders import compares, dealt, decides, invalidates, read_by_both, reading_of, reopens, revises
from tests.odm_read import Key, Read, Said, read, references
from tests.reading_builders import a_staffed_lab, filled, opened_next, signs

SCHEMA = resource("schemas", "odm", "1.3.2", "ODM1-3-2.xsd")


@dataclass(frozen=True)
class Life:
    """A lab after something happened in it, a package of it, and its audit file made anew."""

    lab: Lab
    package: Path
    file: Path

    @property
    def found(self) -> Read:
        return read(self.file)


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable[[Lab], None]], Life]:
    """Each is lived once."""

    @cache
    def lived(life: Callable[[Lab], None]) -> Life:
        folder = tmp_path_factory.mktemp(life.__name__)
        lab = a_staffed_lab(folder)
        life(lab)
        package = packages.export(lab.open, lab.coordinator, folder / "packages", PASSWORD).package
        return Life(lab, package, made(package, folder / "odm"))

    return lived


Lives = Callable[[Callable[[Lab], None]], Life]


def made(package: Path, into: Path) -> Path:
    odm.write(Written.of(package), into)
    return into / PATH


def rows(package: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((package / "data" / "readings.csv").read_text(encoding="utf-8").splitlines()))


def grades(package: Path) -> dict[Key, Said]:
    """What readings.csv says."""
    return {
        (row["USUBJID"], row["VISIT"], row["RECID"], f"{row['SEGCD']} {row['SIDE']}".strip(), row["TESTCD"]): (
            row["RESCD"],
            row["EVALSTAT"],
            row["NERSN"],
        )
        for row in rows(package)
    }


def changed_once(lab: Lab) -> None:
    """The first reader sees no compression, looks again, and signs that it is full; the second says the same."""
    dealt(lab)
    opened = opened_next(lab, lab.reader_1)
    version = reading.save(lab.open, lab.reader_1, filled(opened, COMP_CFV=2)).version
    last = filled(opened)
    version = reading.save(lab.open, lab.reader_1, last, cell("COMP.CFV"), version=version).version
    reading.sign(lab.open, lab.reader_1, last, PASSWORD, version=version)
    signs(lab, lab.reader_2)
    compares(lab)


def revised(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1, COMP_CFV=2)
    reopens(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    revises(lab, lab.reader_1, COMP_CFV=0)
    compares(lab)


def adjudicated(lab: Lab) -> None:
    read_by_both(lab, COMP_CFV=2)
    compares(lab)
    decides(lab)
    compares(lab)


def invalidated(lab: Lab) -> None:
    """A decided exam whose second reading is invalidated: read anew by another one, and concordant."""
    adjudicated(lab)
    invalidates(lab, lab.reader_2)
    third = lab.person("reader-3", Role.READER)
    assert lab.person("adjudicator-2", Role.ADJUDICATOR).account
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, third)
    compares(lab)


def noted(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1, "zyxwv stands in the note")
    signs(lab, lab.reader_2)
    compares(lab)


LIVES = (changed_once, revised, adjudicated, invalidated)


@pytest.mark.parametrize("life", LIVES)
def test_every_grade_of_readings_is_in_the_file_with_the_same_value_and_no_other_grade(lives: Lives, life: Callable[[Lab], None]) -> None:
    package, found = lives(life).package, lives(life).found
    assert found.last == grades(package)
    assert len(found.last) > 20
    accepted = {key for key, lines in found.grades.items() if lines[-1].flags.get("ACPTFL") == "Y"}
    assert len(accepted) == sum(row["ACPTFL"] == "Y" for row in rows(package))
    assert found.signed.keys() == {row["RECID"] for row in rows(package)}
    assert all(found.signed[row["RECID"]][0] == row["READERID"] for row in rows(package))


@pytest.mark.parametrize("life", LIVES)
def test_two_judges_find_it_valid_and_every_reference_leads_somewhere(lives: Lives, life: Callable[[Lab], None]) -> None:
    file = lives(life).file
    etree.XMLSchema(etree.parse(str(SCHEMA))).assertValid(etree.parse(str(file)))
    xmlschema.XMLSchema(str(SCHEMA), allow="local").validate(str(file))
    known = {str(element.attrib["OID"]) for element in etree.parse(str(file)).getroot().iter() if "OID" in element.attrib}
    assert {value for _, value in references(file)} <= known


@pytest.mark.parametrize("life", LIVES)
def test_it_is_a_part_of_the_package_with_the_same_bytes(lives: Lives, life: Callable[[Lab], None]) -> None:
    assert (lives(life).package / PATH).read_bytes() == lives(life).file.read_bytes()


def test_a_change_before_the_signature_is_told_with_time_person_and_event(lives: Lives) -> None:
    life = lives(changed_once)
    lab, record = life.lab, reading_of(life.lab, life.lab.reader_1)
    first, then = life.found.lines(record, "CFV LEFT", "VNCOMPR")
    assert (first.kind, first.said[0], then.kind, then.said[0]) == ("Insert", "none", "Update", "full")
    assert first.user == then.user == next(row["READERID"] for row in rows(life.package) if row["RECID"] == record)
    assert (first.why, then.why) == ("", "")
    assert first.seq < then.seq < int(next(row["EVENTSEQ"] for row in rows(life.package) if row["RECID"] == record))
    with lab.open.store.read() as snapshot:
        events = [snapshot.all("event", seq=line.seq)[0] for line in (first, then)]
    assert [event["kind"] for event in events] == ["answer.changed", "answer.changed"]
    assert {event["actor"] for event in events} == {lab.reader_1.account}
    assert [line.at for line in (first, then)] == [stamp(event["at"]) for event in events]


def test_a_default_that_nobody_touched_says_so(lives: Lives) -> None:
    life = lives(changed_once)
    (quality,) = life.found.lines(reading_of(life.lab, life.lab.reader_1), "CFV LEFT", "IMGQUAL")
    assert (quality.kind, quality.said[0], quality.flags.get("PREFILL")) == ("Insert", "diagnostic", "Y")


def test_a_revision_tells_what_it_changed_and_why_and_takes_the_first_one_away(lives: Lives) -> None:
    life = lives(revised)
    own = {(int(row["REVISION"]), row["RECID"]) for row in rows(life.package) if row["READERID"] == _revised(life.package)}
    (_, old), (_, new) = sorted(own)
    before, after = life.found.lines(new, "CFV LEFT", "VNCOMPR")
    assert (before.said[0], after.said[0], after.kind, after.why) == ("none", "full", "Update", "SEEN_AGAIN")
    assert life.found.lines(old, "CFV LEFT", "VNCOMPR")[-1].said[0] == "none"
    assert life.found.removed == {old: (_revised(life.package), "SEEN_AGAIN")}


def _revised(package: Path) -> str:
    return next(row["READERID"] for row in rows(package) if row["REVISION"] == "2")


def test_an_invalidation_takes_the_reading_and_the_decision_on_it_away(lives: Lives) -> None:
    life = lives(invalidated)
    ended = {row["RECID"] for row in rows(life.package) if row["CURRFL"] == "N"}
    assert len(ended) == 2
    assert life.found.removed == dict.fromkeys(ended, ("C01", "CLIPS"))


def test_a_decision_tells_why(lives: Lives) -> None:
    life = lives(adjudicated)
    record, reader = next((row["RECID"], row["READERID"]) for row in rows(life.package) if row["EVALROLE"] == "ADJUDICATOR 1")
    assert life.found.signed[record] == (reader, "SD.adjudication")
    assert life.found.lines(record, "CFV LEFT", "VNCOMPR")[-1].flags == {"ACPTFL": "Y"}


def test_nobody_is_named_and_no_free_text_is_told(lives: Lives) -> None:
    life = lives(noted)
    text = life.file.read_text(encoding="utf-8")
    for session in (life.lab.reader_1, life.lab.reader_2):
        assert session.printed_name not in text
    for session in (life.lab.reader_1, life.lab.reader_2, life.lab.coordinator, life.lab.administrator):
        assert session.account not in text
    assert "zyxwv" not in text
    assert '"U.R01"' in text


def test_another_process_writes_the_same_bytes(lives: Lives, tmp_path: Path) -> None:
    life = lives(invalidated)
    program = "import sys; from pathlib import Path; from corelab.export import odm; from corelab.export.written import Written"
    work = f"{program}; odm.write(Written.of(Path(sys.argv[1])), Path(sys.argv[2]))"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    subprocess.run([sys.executable, "-c", work, str(life.package), str(tmp_path / "again")], check=True, env=environment)
    assert (tmp_path / "again" / PATH).read_bytes() == life.file.read_bytes()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('TransactionType="Insert"', 'TransactionType="Enter"'),
        ("<SourceID>", "<EventNumber>"),
        ("</ODM>", ""),
        ("<DateTimeStamp>2026", "<DateTimeStamp>soon 2026"),
    ],
)
def test_a_file_that_is_not_valid_stops_the_line(lives: Lives, tmp_path: Path, old: str, new: str) -> None:
    text = lives(changed_once).file.read_text(encoding="utf-8")
    assert old in text
    at, file = text.rindex(old), tmp_path / "audit.xml"
    file.write_text(text, encoding="utf-8")
    require_valid(file)
    file.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")
    with pytest.raises(PartRefusedError, match="is not valid"):
        require_valid(file)


def test_a_trail_without_the_signature_of_a_record_stops_the_line(lives: Lives, tmp_path: Path) -> None:
    package = tmp_path / "package"
    shutil.copytree(lives(changed_once).package, package)
    events = package / "audit" / "events.jsonl"
    kept = [line for line in events.read_text().splitlines() if '"kind":"reading.signed"' not in line]
    events.write_text("\n".join(kept) + "\n")
    with pytest.raises(PartRefusedError, match="do not tell it"):
        odm.write(Written.of(package), tmp_path / "odm")


def test_a_trail_that_cannot_be_read_stops_the_line_and_no_file_stays_open(tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    for name in ("events", "openings"):
        (tmp_path / "audit" / f"{name}.jsonl").write_text("no trail\n")
    with pytest.raises(ValueError, match="invalid literal"):
        Trail(tmp_path)
    gc.collect()  # a file that was left open is told by a warning, which is an error here


@pytest.mark.parametrize("charter", SHIPPED)
def test_the_metadata_of_both_charters_are_valid_and_name_every_question_and_visit(charter: str) -> None:
    known = load_charter(full(charter).encode())
    root = etree.Element("{http://www.cdisc.org/ns/odm/v1.3}ODM", FileType="Snapshot", FileOID="a", CreationDateTime="2026-01-12T12:00:00Z")
    root.append(study_of("TRIAL", (known,)))
    xmlschema.XMLSchema(str(SCHEMA), allow="local").validate(etree.tostring(root, encoding="unicode"))
    written = etree.tostring(root, encoding="unicode")
    assert not any(words in written for words in (known.trial.title, *known.blinding.guess_arms))
    items = {one.attrib["OID"] for one in root.iter("{*}ItemDef")}
    assert {f"IT.{item.export.testcd}" for item in known.items} <= items
    visits = sorted(known.visits, key=lambda one: one.number)
    assert [one.attrib["OID"] for one in root.iter("{*}StudyEventDef")] == [f"SE.{visit.id}" for visit in visits]
    assert {one.attrib["OID"] for one in root.iter("{*}FormDef")} == {f"F.{kind.id}" for kind in known.reading_types}
