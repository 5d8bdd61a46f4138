"""Quotes and pieces of SQL in every text that a person can type: refused in words, or kept to the letter; the lab stays whole."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.domain.record_errors import SignInRefusedError
from corelab.services import accounts, reading
from corelab.services.verification import verify_lab
from corelab.ui.words import is_expected
from tests.builders import PASSWORD, Lab
from tests.reading_builders import a_dealt_lab, filled, opened_next
from tests.service_calls import SERVICES, Call, found_services

INJECTED = (
    "'); DROP TABLE event;--",
    '" OR "1"="1',
    "x' UNION SELECT body FROM event_payload--",
    "\\'; DELETE FROM grade; --",
    "%_[a-z]*`",
)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_dealt_lab(tmp_path)


def tables(lab: Lab) -> Mapping[str, int]:
    with closing(sqlite3.connect(lab.open.folder / "corelab.db")) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def with_text(call: Call, text: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The call with this text in the place of every text it takes."""

    def put(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(put(each) for each in value)
        if isinstance(value, Mapping):
            return {put(key): put(each) for key, each in value.items()} or {text: text}
        return text if isinstance(value, str) else value

    return tuple(put(each) for each in call.arguments), {name: put(each) for name, each in call.keywords.items()}


def told(work: Callable[[], object]) -> Exception | None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 - looked at by the test
        return error
    return None


@pytest.mark.parametrize("text", INJECTED[:3])
def test_p11_74_quotes_in_every_text_of_every_service_change_no_table(lab: Lab, text: str) -> None:
    """As every role; whatever is refused is refused in words of its own, never by the database."""
    people = (lab.administrator, lab.coordinator, lab.auditor, lab.reader_1, lab.adjudicator)
    before = tables(lab)
    functions = dict(found_services())
    tried = 0
    for service, call in SERVICES.items():
        if not isinstance(call, Call):
            continue
        arguments, keywords = with_text(call, text)
        for session in people:
            error = told(partial(functions[service], lab.open, session, *arguments, **keywords))
            assert error is None or is_expected(error) or type(error) in {AttributeError, TypeError, ValueError}, service
            tried += 1
    assert tried > 100
    after = tables(lab)
    assert set(after) == set(before)
    assert {name for name in before if after[name] < before[name]} <= {"draft"}
    assert verify_lab(lab.open.folder).faults == ()


def test_p11_74_what_may_hold_quotes_is_kept_to_the_letter(lab: Lab) -> None:
    text = INJECTED[0]
    code = accounts.add_person(lab.open, lab.administrator, "o-brien", f"Reader {text}", {Role.READER}, IdentityCheck.KNOWN)
    account = accounts.activate(lab.open, code, PASSWORD).account
    accounts.deactivate(lab.open, lab.administrator, account, text)
    opened = opened_next(lab, lab.reader_1)
    reading.save(lab.open, lab.reader_1, filled(opened, text), version=opened.version)
    assert reading.open_reading(lab.open, lab.reader_1, opened.reading.assignment).reading.note == text
    (person,) = (each for each in accounts.people(lab.open, lab.administrator) if each.user_name == "o-brien")
    assert person.printed_name == f"Reader {text}"
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="account.deactivated")
        assert text in str(snapshot.opening_of(event["seq"])) or event["reason"] == text
    assert verify_lab(lab.open.folder).faults == ()


@pytest.mark.parametrize("user", [*INJECTED, "administrator'--"])
def test_p11_74_no_user_name_signs_in_by_quotes(lab: Lab, user: str) -> None:
    with pytest.raises(SignInRefusedError):
        lab.sign_in(user)
