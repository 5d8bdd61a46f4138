"""What every event holds: its header in full, and in its payload what the table of payloads says of its kind."""

from collections.abc import Iterator
from datetime import UTC

import pytest

from corelab import __version__
from corelab.domain import audit as trail
from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.domain.clock import stamp
from corelab.domain.event_kinds import KIND_COMMANDS
from corelab.domain.event_payloads import PAYLOADS
from corelab.domain.trail import TrailFilter
from corelab.services import accounts, audit, labs, screen, simulation
from corelab.services.labs import OpenLab
from corelab.services.screen import LockCause
from corelab.services.simulation import Plan
from corelab.storage.snapshot import Snapshot
from corelab.ui.event_words import WORDING
from tests.builders import PASSWORD, TickingClock, accepted
from tests.charter_builders import REDUCED
from tests.event_contents import differing

SUBJECTS = 1
ACTED = ("account.", "answer.", "audit.", "batch.", "clip.", "delivery.", "lock.", "note.", "object.", "reading.", "screen.")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Snapshot, accounts.Session]]:
    """A whole simulated trial until its lock, then looked at, printed and reviewed; and the session of its coordinator."""
    folder = tmp_path_factory.mktemp("trial")
    plan = Plan(subjects=SUBJECTS, seed=11, agreement=0.7, note="a note")
    made = simulation.simulate(folder / "lab", REDUCED.read_bytes(), plan, clock=TickingClock(), configuration=folder / "configuration")
    lab = labs.open_lab(made.lab, TickingClock(), folder / "configuration")
    password = {one.role: (one.user, one.password) for one in made.accounts}
    coordinator = accounts.sign_in(lab, *password["coordinator"])
    auditor = _an_auditor(lab, accounts.sign_in(lab, *password["administrator"]))
    reading = audit.released(lab, auditor)[0][0]
    screen.locked(lab, auditor, LockCause.IDLE)
    screen.unlock(lab, auditor, PASSWORD)
    audit.print_reading(lab, auditor, reading, folder / "reading.pdf", WORDING)
    audit.export_reading(lab, auditor, reading, folder / "reading.json", WORDING)
    audit.print_trail(lab, auditor, TrailFilter(case=reading), folder / "trail.pdf", WORDING, "")
    audit.review(lab, auditor, "everything", ("a finding",), PASSWORD)
    with lab.store.read() as found:
        yield found, coordinator
    lab.close()


def _an_auditor(lab: OpenLab, administrator: accounts.Session) -> accounts.Session:
    code = accounts.add_person(lab, administrator, "auditor", "Auditor", {Role.AUDITOR}, IdentityCheck.KNOWN)
    accounts.activate(lab, code, PASSWORD)
    auditor = accounts.sign_in(lab, "auditor", PASSWORD)
    accepted(lab, auditor)
    return auditor


def test_p11_33_every_kind_of_event_says_what_its_payload_holds() -> None:
    assert sorted(KIND_COMMANDS.keys() ^ PAYLOADS.keys()) == []


def test_p11_33_every_event_has_the_whole_header(snapshot: tuple[Snapshot, accounts.Session]) -> None:
    for event in snapshot[0].events():
        values = dict(event)
        assert values.keys() == {name for name in trail.Header.__dataclass_fields__ if name not in {"v", "lab"}} | {"hash"}
        always = ("seq", "at", "tz", "clock", "app", "schema", "kind", "entity", "rows", "prev", "hash")
        assert all(values[name] is not None for name in always)
        assert values["at"].tzinfo is UTC
        assert stamp(values["at"])[-5] == ".", "milliseconds"
        assert (values["tz"], values["clock"], values["app"]) == (60, "system", __version__)
        assert values["workstation"] is not None
        if values["kind"].startswith(ACTED) and values["actor"] is not None:
            assert values["session"] is not None or values["kind"] in {"account.activated", "account.created"}


def test_p11_33_every_payload_of_a_whole_trial_holds_what_the_table_says(snapshot: tuple[Snapshot, accounts.Session]) -> None:
    found, coordinator = snapshot
    assert differing(found, coordinator.custody) == []
    seen = {event["kind"] for event in found.events()}
    assert len(seen) > 35, "a trial in which little happens proves little"


def test_p11_33_what_changed_has_field_old_new_and_reason(snapshot: tuple[Snapshot, accounts.Session]) -> None:
    found, coordinator = snapshot
    answers = [found.opening_of(event["seq"], coordinator.custody) for event in found.events(kind="answer.changed")]
    assert answers
    assert all(one["segment"] is not None and one["item"] and (one["old"] or one["new"]) for one in answers)
    for kind, wanted in PAYLOADS.items():
        if kind in {"account.roles", "account.unlocked", "account.deactivated", "access.changed"}:
            assert {"from", "to", "reason_text"} <= wanted.keys


def test_who_acts_in_a_table_of_one_kind_is_in_the_other(snapshot: tuple[Snapshot, accounts.Session]) -> None:
    kinds = {event["kind"] for event in snapshot[0].events()}
    assert kinds <= KIND_COMMANDS.keys()
