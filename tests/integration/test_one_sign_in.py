"""One person has one open window; commands, crashed programs and other machines."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from corelab.domain.access import Way
from corelab.domain.accounts import Role
from corelab.domain.record_errors import SignedInElsewhereError, SignedOutError, SignInRefusedError
from corelab.services import accounts, labs, sign_in
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.verification import verify_open
from tests.builders import PASSWORD, Lab, a_lab


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_lab(tmp_path)
    made.add("reader-1", {Role.READER})
    return made


@pytest.fixture
def elsewhere(lab: Lab, tmp_path: Path) -> OpenLab:
    """The same lab, opened at another machine."""
    return labs.open_lab(lab.open.place, lab.clock, tmp_path / "another machine")


def window(lab: OpenLab, user: str = "reader-1", *, end_other: bool = False) -> Session:
    return accounts.sign_in(lab, user, PASSWORD, way=Way.WINDOW, end_other=end_other)


def ends(lab: OpenLab) -> dict[str, str]:
    with lab.store.read() as snapshot:
        return {row["session_id"]: row["cause"] for row in snapshot.all("session_end")}


def test_a_second_window_at_another_machine_is_refused_with_where_the_first_is(lab: Lab, elsewhere: OpenLab) -> None:
    first = window(lab.open)
    with pytest.raises(SignedInElsewhereError) as refused:
        window(elsewhere)
    assert (refused.value.host, refused.value.here) == (lab.open.machine.host, False)
    assert first.id not in ends(lab.open)
    with lab.open.store.read() as snapshot:
        event = snapshot.events(kind="signin.elsewhere")[-1]
    assert (event["actor"], event["workstation"]) == (first.account, elsewhere.workstation)


def test_the_other_window_is_ended_from_here_where_its_owner_asks(lab: Lab, elsewhere: OpenLab) -> None:
    first = window(lab.open)
    second = window(elsewhere, end_other=True)
    assert ends(lab.open)[first.id] == "ended_elsewhere"
    with pytest.raises(SignedOutError), lab.open.store.begin(first.actor(Role.READER)):
        pass
    with elsewhere.store.begin(second.actor(Role.READER)):
        pass
    assert verify_open(lab.open).ok


def test_of_two_windows_opened_in_the_same_moment_one_is_refused(lab: Lab, elsewhere: OpenLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both looked whether another one is open before either was recorded."""
    monkeypatch.setattr(sign_in, "_require_alone", lambda *_, **__: None)
    first = window(lab.open)
    with pytest.raises(SignedInElsewhereError):
        window(elsewhere)
    assert not accounts.is_over(lab.open, first)


def test_a_wrong_password_ends_nothing(lab: Lab, elsewhere: OpenLab) -> None:
    first = window(lab.open)
    with pytest.raises(SignInRefusedError):
        accounts.sign_in(elsewhere, "reader-1", "not the password at all", way=Way.WINDOW, end_other=True)
    assert first.id not in ends(lab.open)


def test_after_signing_out_the_next_window_opens_anywhere(lab: Lab, elsewhere: OpenLab) -> None:
    accounts.sign_out(lab.open, window(lab.open))
    assert window(elsewhere).id not in ends(lab.open)


def test_two_windows_of_one_person_on_one_machine_are_refused_too(lab: Lab) -> None:
    first = window(lab.open)
    with pytest.raises(SignedInElsewhereError) as refused:
        window(lab.open)
    assert refused.value.here
    assert window(lab.open, end_other=True).id != first.id


def test_another_person_is_not_kept_out(lab: Lab, elsewhere: OpenLab) -> None:
    window(lab.open)
    assert window(elsewhere, "coordinator").user_name == "coordinator"


def test_commands_go_beside_the_own_window_on_the_same_machine(lab: Lab) -> None:
    open_window = window(lab.open, "coordinator")
    for _ in range(2):
        command = accounts.sign_in(lab.open, "coordinator", PASSWORD)
        accounts.sign_out(lab.open, command)
    assert open_window.id not in ends(lab.open)


def test_a_command_at_another_machine_is_refused_while_the_window_is_open(lab: Lab, elsewhere: OpenLab) -> None:
    window(lab.open, "coordinator")
    with pytest.raises(SignedInElsewhereError):
        accounts.sign_in(elsewhere, "coordinator", PASSWORD)


def test_a_command_that_is_running_keeps_no_window_from_opening(lab: Lab, elsewhere: OpenLab) -> None:
    running = accounts.sign_in(lab.open, "coordinator", PASSWORD)
    window(elsewhere, "coordinator")
    assert running.id not in ends(lab.open)


_A_WINDOW = """
import sys
from pathlib import Path
from corelab.domain.access import Way
from corelab.domain.clock import SystemClock
from corelab.services import accounts, labs, sign_in
lab = labs.open_lab(Path(sys.argv[1]), SystemClock(), Path(sys.argv[2]))
session = accounts.sign_in(lab, "reader-1", sys.argv[3], way=Way.WINDOW)
print(session.id, flush=True)
sys.stdin.read()
"""


def time_of_the_last_event(lab: Lab) -> datetime:
    """The other program has the real clock; the test goes on from there."""
    with lab.open.store.read() as snapshot:
        last = snapshot.latest("event", by="seq")
    assert last is not None
    at: datetime = last["at"]
    return at


@contextmanager
def a_program_with_a_window(lab: OpenLab) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another program of the same person on this machine, and its sign-in."""
    told = [sys.executable, "-c", _A_WINDOW, str(lab.folder), str(lab.configuration), PASSWORD]
    with subprocess.Popen(told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            yield program, program.stdout.readline().strip()
        finally:
            program.kill()


def test_a_program_that_was_killed_does_not_lock_its_owner_out(lab: Lab) -> None:
    with a_program_with_a_window(lab.open) as (program, left_open):
        lab.clock.at = time_of_the_last_event(lab)
        with pytest.raises(SignedInElsewhereError) as refused:
            window(lab.open)
        assert refused.value.here
        program.kill()
        program.wait()
        again = window(lab.open)
    assert ends(lab.open) == {**ends(lab.open), left_open: "abandoned"}
    with lab.open.store.read() as snapshot:
        closed = snapshot.events(kind="session.closed", id=left_open)[-1]
    assert (closed["reason"], closed["actor"]) == ("abandoned", again.account)
