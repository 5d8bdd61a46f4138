"""The log of accounts: every change of an account leaves who, when and why; a printed name changes, what was signed does not."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role, Status
from corelab.domain.record_errors import NotPermittedError, PersonRefusedError, SignInRefusedError
from corelab.services import accounts, assignment, custody
from corelab.services.accounts import Session
from corelab.services.verification import verify_lab
from tests.builders import PASSWORD, Lab, a_lab
from tests.reading_builders import a_ready_exam, a_staffed_lab, rows_of, signs


def written(lab: Lab, after: int) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """(event, payload) of what was written since."""
    with lab.open.store.read() as snapshot:
        return [(event, snapshot.opening_of(event["seq"])) for event in snapshot.events(after=after)]


def last(lab: Lab) -> int:
    with lab.open.store.read() as snapshot:
        event = snapshot.latest("event", by="seq")
    assert event is not None
    return int(event["seq"])


def test_p11_23_every_step_in_the_life_of_an_account_says_who_when_and_why(tmp_path: Path) -> None:
    lab = a_lab(tmp_path)
    by, start = lab.administrator, last(lab)
    code = accounts.add_person(lab.open, by, "reader-1", "Reader one", {Role.READER}, IdentityCheck.DOCUMENT)
    account = accounts.activate(lab.open, code, PASSWORD).account
    for _ in range(5):
        with pytest.raises(SignInRefusedError):
            lab.sign_in("reader-1", "not the password at all")
    accounts.unlock(lab.open, by, account, "typed on another keyboard")
    accounts.set_roles(lab.open, by, account, {Role.READER, Role.ADJUDICATOR}, "passed the course")
    accounts.rename(lab.open, by, account, "Reader one, RVT", "new title")
    accounts.activate(lab.open, accounts.reset(lab.open, by, account, "password lost", IdentityCheck.KNOWN), PASSWORD)
    accounts.deactivate(lab.open, by, account, "left the lab")
    told = [
        (event, payload) for event, payload in written(lab, start) if event["entity"] == "account" and event["kind"].startswith("account.")
    ]
    assert [(event["kind"], payload.get("reason_text")) for event, payload in told] == [
        ("account.invited", None),
        ("account.activated", None),
        ("account.locked", None),
        ("account.unlocked", "typed on another keyboard"),
        ("account.roles", "passed the course"),
        ("account.renamed", "new title"),
        ("account.reset", "password lost"),
        ("account.activated", None),
        ("account.deactivated", "left the lab"),
    ]
    for event, payload in told:
        own = event["kind"] == "account.activated"
        assert event["id"] == account
        assert event["at"] is not None
        assert event["workstation"] == lab.open.workstation
        if event["kind"] != "account.locked":
            assert event["actor"] == (account if own else by.account)
        if "from" in payload:
            assert payload["from"] != payload["to"]
    roles = next(payload for event, payload in told if event["kind"] == "account.roles")
    assert (roles["from"]["roles"], roles["to"]["roles"]) == ("reader", "adjudicator,reader")
    assert [row["status"] for row in rows_of(lab, "account_revision") if row["account_id"] == account][-1] == Status.DEACTIVATED.value


@pytest.mark.parametrize("reason", ["", " ", "\t\n"])
def test_p11_23_no_account_changes_without_a_reason(tmp_path: Path, reason: str) -> None:
    lab = a_lab(tmp_path)
    account, by = lab.reader_1.account, lab.administrator
    for change in (
        lambda: accounts.deactivate(lab.open, by, account, reason),
        lambda: accounts.set_roles(lab.open, by, account, {Role.ADJUDICATOR}, reason),
        lambda: accounts.rename(lab.open, by, account, "Another name", reason),
        lambda: accounts.reset(lab.open, by, account, reason, IdentityCheck.KNOWN),
        lambda: accounts.unlock(lab.open, by, account, reason),
        lambda: custody.rotate(lab.open, lab.coordinator, reason, PASSWORD),
    ):
        with pytest.raises(PersonRefusedError) as refused:
            change()
        assert refused.value.what == "reason"


# ---------------------------------------------------------------- P11-13


@pytest.fixture
def reading_lab(tmp_path: Path) -> Lab:
    lab = a_staffed_lab(tmp_path)
    for subject in ("S01", "S02"):
        a_ready_exam(lab, subject)
    assignment.assign(lab.open, lab.coordinator)
    return lab


def signed_names(lab: Lab, session: Session) -> list[str]:
    return [row["printed_name"] for row in rows_of(lab, "signature") if row["account_id"] == session.account]


def test_p11_13_old_signatures_keep_the_old_name_and_new_ones_have_the_new(reading_lab: Lab) -> None:
    lab, session = reading_lab, reading_lab.reader_1
    signs(lab, session)
    accounts.rename(lab.open, lab.administrator, session.account, "Reader One, RVT", "married")
    signs(lab, session)
    assert signed_names(lab, session) == ["Reader 1", "Reader One, RVT"], "also in a window that was open before"
    again = lab.sign_in("reader-1")
    assert (again.user_name, again.printed_name) == ("reader-1", "Reader One, RVT")
    assert verify_lab(lab.open.folder).faults == ()


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 121])
def test_p11_13_a_name_that_cannot_be_printed_is_refused(reading_lab: Lab, name: str) -> None:
    with pytest.raises(PersonRefusedError) as refused:
        accounts.rename(reading_lab.open, reading_lab.administrator, reading_lab.reader_1.account, name, "why")
    assert refused.value.what == "printed_name"


def test_p11_13_only_an_administrator_renames_and_nobody_themselves(reading_lab: Lab) -> None:
    lab = reading_lab
    for session in (lab.reader_1, lab.coordinator, lab.auditor):
        with pytest.raises(NotPermittedError):
            accounts.rename(lab.open, session, lab.reader_2.account, "Another name", "why")
    with pytest.raises(PersonRefusedError):
        accounts.rename(lab.open, lab.administrator, lab.administrator.account, "Another name", "why")


def test_p11_13_every_signature_has_the_printed_name_of_its_account(reading_lab: Lab) -> None:
    signs(reading_lab, reading_lab.reader_1)
    known = {row["account_id"]: row["printed_name"] for row in rows_of(reading_lab, "account_revision")}
    for row in rows_of(reading_lab, "signature"):
        assert row["printed_name"] == known[row["account_id"]]
