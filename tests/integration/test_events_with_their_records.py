"""Records and their event are one: when the event, or a row of it, cannot be written, nothing of the transaction remains."""

import ast
import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import corelab
from corelab.domain import totp
from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.domain.record_errors import SignInRefusedError
from corelab.domain.trail import TrailFilter
from corelab.domain.vocabulary import SegmentId, Side
from corelab.services import (
    access,
    accounts,
    assignment,
    audit,
    backup,
    charter_approval,
    checkpoints,
    comparison,
    custody,
    intake,
    labs,
    packages,
    reading,
    redaction,
    resealing,
    restoring,
    screen,
    second_factor,
    trail_export,
    verification,
    workstations,
)
from corelab.services.screen import LockCause
from corelab.services.workstations import DisplaySeen
from corelab.storage.file_pen import FilePen
from corelab.ui.event_words import WORDING
from tests import life_builders as life
from tests.builders import PASSWORD, Lab
from tests.dicom_builders import a_file, speckle
from tests.event_contents import differing
from tests.exam_builders import changed
from tests.reading_builders import a_ready_exam, a_staffed_lab, filled, first, signs

Step = Callable[[], object]
OTHER = "another long password for this"


class InjectedError(Exception):
    """The fault that is injected; nothing in the product knows it."""


@dataclass
class Trap:
    """Fails the first insert of each kind of event once, and then the first insert after it of the same transaction."""

    lab: Lab
    sprung: set[tuple[str, str, str]] = field(default_factory=set)
    step: str = ""
    armed: bool = False
    kind: str = ""
    before: Mapping[str, list[Any]] | None = None

    def insert(self, table: str, values: Mapping[str, Any]) -> None:
        if not self.armed:
            return
        if table == "event":
            self.kind = values["kind"]
        place = (self.step, self.kind, "event" if table == "event" else "row")
        if place not in self.sprung:
            self.sprung.add(place)
            self.before = content(self.lab.open.folder / "corelab.db")
            raise InjectedError


def content(database: Path) -> dict[str, list[Any]]:
    """Every row of every table, as another program reads them."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {table: connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid').fetchall() for table in tables}


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trap:
    made = Trap(a_staffed_lab(tmp_path))
    for person in (made.lab.administrator, made.lab.coordinator, made.lab.coordinator_2, made.lab.auditor):
        assert person.account
    real = FilePen._insert

    def insert(self: FilePen, table: str, values: Mapping[str, Any]) -> None:
        made.insert(table, values)
        real(self, table, values)

    monkeypatch.setattr(FilePen, "_insert", insert)
    return made


def tried(trap: Trap, name: str, step: Step) -> object:
    """The step with every fault it can meet, one after another; then without. After each fault the lab is as it was before."""
    trap.step = name
    for _ in range(40):
        trap.before, trap.armed = None, True
        try:
            answer = step()
        except InjectedError:
            pass
        else:
            assert trap.before is None, f"{name} went on after a fault"
            return answer
        finally:
            trap.armed = False
        assert content(trap.lab.open.folder / "corelab.db") == trap.before, f"{name} left something behind"
    raise AssertionError(f"{name} never ended")


def all_of(trap: Trap, steps: Iterator[tuple[str, Step]]) -> set[str]:
    """The kinds of event that were made to fail; those that were written at last hold what the table of payloads says."""
    for name, step in steps:
        tried(trap, name, step)
    assert verification.verify_lab(trap.lab.open.folder).faults == ()
    with trap.lab.open.store.read() as snapshot:
        assert differing(snapshot, trap.lab.coordinator.custody) == []
    return {kind for _step, kind, _what in trap.sprung}


# ---------------------------------------------------------------- people


def _people(lab: Lab) -> Iterator[tuple[str, Step]]:
    codes: list[str] = []
    admin, here = lab.administrator, lab.open

    def account(user: str) -> Any:
        return next(one.account for one in accounts.people(here, admin) if one.user_name == user)

    yield "invite", lambda: codes.append(accounts.add_person(here, admin, "new", "New Person", {Role.COORDINATOR}, IdentityCheck.KNOWN))
    yield "activate", lambda: accounts.activate(here, codes[-1], PASSWORD)
    yield "sign in", lambda: lab.sign_in("new")
    yield "custody", lambda: accounts.grant_custody(here, lab.coordinator, account("new"))
    yield "train", lambda: accounts.record_training(here, lab.coordinator, account("new"), lab.charter_sha256)
    yield "password", lambda: accounts.change_password(here, lab.coordinator_2, PASSWORD, OTHER)
    yield "roles", lambda: accounts.set_roles(here, admin, lab.reader_1.account, {Role.READER, Role.ADJUDICATOR}, "reads and decides")
    for _ in range(4):
        with pytest.raises(SignInRefusedError):
            accounts.sign_in(here, "reader-2", "not the password at all")
    yield "lock out", lambda: _refused(lambda: accounts.sign_in(here, "reader-2", "not the password at all"))
    yield "unlock", lambda: accounts.unlock(here, admin, lab.reader_2.account, "was typed on another keyboard")
    yield "reset", lambda: codes.append(accounts.reset(here, admin, lab.reader_2.account, "lost it", IdentityCheck.KNOWN))
    yield "activate again", lambda: accounts.activate(here, codes[-1], PASSWORD)
    yield "re-seal", lambda: resealing.reseal(here, lab.coordinator, lab.reader_2.account)
    yield "lock screen", lambda: screen.locked(here, lab.auditor, LockCause.IDLE)
    yield "unlock screen", lambda: screen.unlock(here, lab.auditor, PASSWORD)
    yield "deactivate", lambda: accounts.deactivate(here, admin, account("new"), "left the trial")
    yield "rotate", lambda: custody.rotate(here, lab.coordinator, "somebody left", PASSWORD)
    yield "sign out", lambda: accounts.sign_out(here, lab.auditor)


def _refused(step: Step) -> None:
    with contextlib.suppress(SignInRefusedError):
        step()


def test_p11_32_people_and_keys_keep_nothing_without_its_event(trap: Trap) -> None:
    kinds = all_of(trap, _people(trap.lab))
    assert {
        *("account.invited", "account.activated", "account.roles", "account.locked", "account.unlocked", "account.reset"),
        *("account.deactivated", "credential.changed", "custody.granted", "custody.rotated", "training.recorded", "session.opened"),
        *("session.closed", "signin.failed", "screen.locked", "screen.unlocked", "statement.accepted"),
    } <= kinds


# ---------------------------------------------------------------- rules of access, machines, second factors, the charter, redaction


def _code_now(lab: Lab, secret: bytes) -> str:
    return totp.code_of(secret, totp.step_at(lab.clock.at))


def _access(lab: Lab, folder: Path) -> Iterator[tuple[str, Step]]:
    here, admin, one, reader = lab.open, lab.administrator, lab.coordinator, lab.reader_2
    elsewhere = labs.open_lab(here.folder, lab.clock, folder / "another configuration")
    made = second_factor.begin(here, reader)
    later = changed(('version = "0.9.0"', 'version = "0.9.1"\nsupersedes = ["0.9.0"]'), ('"First version', '"Wording only. First version'))
    yield "rename", lambda: accounts.rename(here, admin, lab.reader_1.account, "Another Name", "has another name since")
    yield "rule", lambda: access.set_rule(here, admin, "password_age_days", "90", "policy of the lab")
    yield "second factor", lambda: second_factor.enrol(here, reader, made.secret, _code_now(lab, made.secret))
    yield "ask to remove it", lambda: second_factor.request_removal(here, admin, reader.account, "the device is lost")
    yield "remove it", lambda: second_factor.confirm_removal(here, one, reader.account)
    yield "another machine", lambda: accounts.sign_in(elsewhere, "reader-1", PASSWORD)
    yield "enrol it", lambda: workstations.enrol(here, admin, elsewhere.workstation, "the new reading room")
    yield "display", lambda: workstations.record_display(here, lab.reader_1, DisplaySeen.ALL)
    yield "charter", lambda: charter_approval.approve(here, one, later, PASSWORD)
    accounts.set_roles(here, admin, lab.reader_1.account, {Role.READER, Role.ADJUDICATOR}, "words about somebody")
    with here.store.read() as snapshot:
        words = int(snapshot.events(kind="account.roles")[-1]["seq"])
    yield "ask to redact", lambda: redaction.request_redaction(here, one, words, life.WHY)
    yield "redact", lambda: redaction.confirm_redaction(here, lab.coordinator_2, words, life.WHY, PASSWORD)


def test_p11_32_access_charter_and_redaction_keep_nothing_without_their_event(trap: Trap, tmp_path: Path) -> None:
    kinds = all_of(trap, _access(trap.lab, tmp_path))
    assert {
        *("account.renamed", "access.changed", "factor.enrolled", "factor.removal.requested", "factor.removed", "session.opened"),
        *("workstation.enrolled", "workstation.display_checked", "charter.loaded", "charter.approved"),
        *("redaction.requested", "payload.redacted"),
    } <= kinds


# ---------------------------------------------------------------- intake


def _intake(lab: Lab, folder: Path) -> Iterator[tuple[str, Step]]:
    here, one, two = lab.open, lab.coordinator, lab.coordinator_2
    clip: list[Any] = []

    def take_in() -> None:
        source = folder / "source"
        if not source.exists():
            a_file(source, pixels=speckle(seed=1))
        clip[:] = [each.clip for each in intake.take_in(here, one, [source], subject="S-1", visit="D10", side=Side.LEFT).objects]

    def seen() -> dict[Any, tuple[int, ...]]:
        return {clip[0]: next(each.flagged for each in intake.waiting(here, one) if each.clip == clip[0])}

    yield "take in", take_in
    with here.store.read() as snapshot:
        clip[:] = [row["id"] for row in snapshot.all("intake_object") if row["outcome"] in {"checked", "held"}][:1]
    yield "label", lambda: intake.label(here, one, clip[0], SegmentId("CFV"), Side.LEFT)
    yield "same subject", lambda: _says_nothing_new(lab)
    yield "subject", lambda: intake.set_subject(here, one, "S-2", {"STUDY_LIMB": "left"})
    yield "pass", lambda: intake.pass_pixels(here, one, [clip[0]], seen())
    yield "verify", lambda: intake.verify_pixels(here, two, [clip[0]], seen())
    closed = next(SegmentId(each.id) for each in here.charter.segments if each.presence == "required" and each.id != "CFV")
    yield "not imaged", lambda: intake.set_not_imaged(here, one, "S-1:D10", [closed], "NOT_SCANNED")
    a_file(folder / "second", pixels=speckle(seed=2))
    intake.take_in(here, one, [folder / "second"], subject="S-1", visit="D10", side=Side.LEFT)
    clip[0] = next(each.clip for each in intake.waiting(here, one))
    yield "mask", lambda: intake.set_mask(here, one, clip[0], [(20, 25, 30, 30)])
    yield "reject", lambda: intake.reject_pixels(here, one, clip[0], "shows a name in the picture")


def _says_nothing_new(lab: Lab) -> None:
    """The files of S-1 came with their limb: what is known already is no change, and leaves no event."""
    before = content(lab.open.folder / "corelab.db")
    intake.set_subject(lab.open, lab.coordinator, "S-1", {"STUDY_LIMB": "left"})
    assert content(lab.open.folder / "corelab.db") == before


def test_p11_32_what_comes_in_keeps_nothing_without_its_event(trap: Trap, tmp_path: Path) -> None:
    kinds = all_of(trap, _intake(trap.lab, tmp_path))
    assert {"delivery.opened", "object.received", "clip.labelled", "subject.set", "clip.passed", "clip.released"} <= kinds
    assert {"exam.not_imaged", "clip.masked", "clip.rejected"} <= kinds


# ---------------------------------------------------------------- reading until the package


def _read(lab: Lab, session: accounts.Session, **said: int | str) -> None:
    """Opens, saves and signs; what an earlier try finished is not done again."""
    opened = reading.open_reading(lab.open, session, first(lab, session))
    made = filled(opened, "a note", **said)
    version = opened.version if opened.reading.answers else reading.save(lab.open, session, made, version=opened.version).version
    reading.sign(lab.open, session, made, PASSWORD, opened.submit, version=version)


def _reading(lab: Lab) -> Iterator[tuple[str, Step]]:
    a_ready_exam(lab)
    yield "assign", lambda: assignment.assign(lab.open, lab.coordinator)
    yield "read", lambda: _read(lab, lab.reader_1)
    yield "withdraw", lambda: life.withdraws(lab, lab.reader_2)
    lab.person("reader-3", Role.READER)
    yield "assign again", lambda: assignment.assign(lab.open, lab.coordinator)
    yield "reopen", lambda: life.reopens(lab, lab.reader_1)
    yield "revise", lambda: life.revises(lab, lab.reader_1)
    yield "invalidate", lambda: life.invalidates(lab, lab.reader_1)


def test_p11_32_reading_keeps_nothing_without_its_event(trap: Trap) -> None:
    kinds = all_of(trap, _reading(trap.lab))
    assert {"exam.assigned", "reading.opened", "answer.changed", "note.changed", "reading.signed", "alerts.checked"} <= kinds
    assert {"assignment.withdrawn", "reading.reopened", "reading.invalidated"} <= kinds


def _results(lab: Lab, folder: Path) -> Iterator[tuple[str, Step]]:
    here, one = lab.open, lab.coordinator
    a_ready_exam(lab)
    assignment.assign(here, one)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2, COMP_CFV=2)
    yield "compare", lambda: comparison.release_and_compare(here, one)
    yield "decide", lambda: life.decides(lab)
    yield "finish", lambda: comparison.release_and_compare(here, one)
    with here.store.read() as snapshot:
        released = snapshot.all("reading")[0]["id"]
    numbers = iter(range(100))
    yield "print", lambda: audit.print_reading(here, lab.auditor, released, folder / f"{next(numbers)}.pdf", WORDING)
    yield "export reading", lambda: audit.export_reading(here, lab.auditor, released, folder / f"{next(numbers)}.json", WORDING)
    yield "print trail", lambda: audit.print_trail(here, lab.auditor, TrailFilter(), folder / f"{next(numbers)}.pdf", WORDING, "")
    yield "review", lambda: audit.review(here, lab.auditor, "all of it", ("a finding",), PASSWORD)
    yield "export trail", lambda: trail_export.export_trail(here, lab.auditor, folder / f"trail{next(numbers)}")
    yield "lock", lambda: packages.lock(here, one, "all visits are in", PASSWORD)
    yield "package", lambda: packages.export(here, one, folder / "packages", PASSWORD)
    yield "checkpoint", lambda: checkpoints.sign(here, one, PASSWORD)
    yield "back up", lambda: backup.back_up(here, one, folder / "lab.backup")
    yield "restore", lambda: _restored(lab, folder)
    yield "ask to unlock", lambda: packages.unlock(here, one, life.WHY, PASSWORD)
    yield "unlock", lambda: packages.unlock(here, lab.coordinator_2, life.WHY, PASSWORD)


def _restored(lab: Lab, folder: Path) -> None:
    """Into the same place each time: what a fault left there would be refused."""
    login = restoring.Login("coordinator", PASSWORD)
    again = restoring.restore(folder / "lab.backup", folder / "again", login, clock=lab.clock, configuration=lab.open.configuration)
    assert verification.verify_lab(again.folder).faults == ()


def test_p11_32_results_and_copies_keep_nothing_without_their_event(trap: Trap, tmp_path: Path) -> None:
    kinds = all_of(trap, _results(trap.lab, tmp_path))
    assert {
        *("batch.released", "sealed.opened", "exam.compared", "case.opened", "case.key", "adjudication.opened", "adjudication.signed"),
        *("case.finished", "reading.printed", "reading.exported", "audit.printed", "audit.reviewed", "trail.exported", "lock.approved"),
        *("package.approved", "checkpoint.signed", "lab.backed_up", "lab.restored", "unlock.requested", "unlock.approved"),
    } - {"exam.compared"} <= kinds


# ---------------------------------------------------------------- no other way in


_WRITING = ("INSERT ", "UPDATE ", "DELETE ")


def test_p11_32_only_the_transaction_writes_and_a_row_only_with_its_event() -> None:
    """Statements that change something stand in the transaction, in the making of a database, and in what measures bare ones."""
    found = {}
    for path in sorted(Path(corelab.__file__).parent.rglob("*.py")):
        texts = (node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant))
        said = {text.split()[0] for text in texts if isinstance(text, str) and text.startswith(_WRITING)}
        if said:
            found[path.relative_to(Path(corelab.__file__).parent).as_posix()] = said
    assert found.keys() <= {
        "storage/file_pen.py",
        "storage/file_store.py",
        "storage/bare_commit.py",
        "storage/bare_rows.py",
        *(f"storage/postgres/{making}.py" for making in ("appending", "copying", "ddl", "may_write")),
    }, found
