"""Who may do what, what a signature means, and the rules of names, passwords and lockout."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from corelab.domain.accounts import (
    ROLE_COMMANDS,
    Command,
    Meaning,
    PasswordFault,
    Person,
    Role,
    Status,
    is_printed_name,
    is_user_name,
    locks,
    may_combine,
    password_fault,
    role_for,
    role_of_meaning,
    user_key,
)
from corelab.domain.vocabulary import AccountId

READER, ADJUDICATOR, COORDINATOR = Role.READER, Role.ADJUDICATOR, Role.COORDINATOR
ADMINISTRATOR, AUDITOR = Role.ADMINISTRATOR, Role.AUDITOR
NOW = datetime(2026, 1, 12, 12, 0, tzinfo=UTC)


def test_every_command_belongs_to_somebody() -> None:
    assert frozenset().union(*ROLE_COMMANDS.values()) == frozenset(Command)
    assert set(ROLE_COMMANDS) == set(Role)


@pytest.mark.parametrize(
    ("roles", "command", "role"),
    [
        ({READER}, Command.READ, READER),
        ({READER}, Command.ADJUDICATE, None),
        ({READER, ADJUDICATOR}, Command.ADJUDICATE, ADJUDICATOR),
        ({COORDINATOR}, Command.READ, None),
        ({COORDINATOR}, Command.COMPARE, COORDINATOR),
        ({COORDINATOR}, Command.ACCOUNT, None),
        ({ADMINISTRATOR}, Command.ACCOUNT, ADMINISTRATOR),
        ({ADMINISTRATOR}, Command.INTAKE, None),
        ({AUDITOR}, Command.AUDIT, AUDITOR),
        ({AUDITOR}, Command.EXPORT, None),
        (set(), Command.HELP, None),
    ],
)
def test_who_may_do_what(roles: set[Role], command: Command, role: Role | None) -> None:
    assert role_for(roles, command) is role


def test_p11_25_the_administrator_has_no_data_right() -> None:
    data = ROLE_COMMANDS[READER] | ROLE_COMMANDS[ADJUDICATOR] | ROLE_COMMANDS[COORDINATOR]
    shared = {Command.PEOPLE, Command.FACTOR, Command.BACKUP, Command.RESTORE, Command.HELP}
    assert ROLE_COMMANDS[ADMINISTRATOR] & data == shared


def test_p11_25_two_roles_that_one_person_may_have() -> None:
    allowed = {frozenset(pair) for pair in combinations(Role, 2) if may_combine(pair)}
    assert allowed == {frozenset({READER, ADJUDICATOR}), frozenset({COORDINATOR, AUDITOR})}
    assert all(may_combine({role}) for role in Role)
    assert not may_combine(())


def test_p11_46_each_meaning_is_signed_by_one_role() -> None:
    by_role = {role: {meaning for meaning in Meaning if role_of_meaning(meaning) is role} for role in Role}
    assert by_role[READER] == {Meaning.READING}
    assert by_role[ADJUDICATOR] == {Meaning.ADJUDICATION}
    assert by_role[AUDITOR] == {Meaning.AUDIT_REVIEW}
    assert by_role[ADMINISTRATOR] == set()
    assert len(by_role[COORDINATOR]) == len(Meaning) - 3


@pytest.mark.parametrize("typed", ["Reader-1", "READER-1", "\uff52eader-1", " reader-1 "])
def test_a_user_name_is_the_same_in_any_case_and_form(typed: str) -> None:
    assert user_key(typed) == "reader-1"


@pytest.mark.parametrize("name", ["r", "reader-1", "m.müller@lab_2", "x" * 64])
def test_user_names_that_may_be_used(name: str) -> None:
    assert is_user_name(name)


@pytest.mark.parametrize("name", ["", " ", "two words", "a/b", "x" * 65, "tab\tname"])
def test_user_names_that_may_not_be_used(name: str) -> None:
    assert not is_user_name(name)


def test_a_printed_name_can_be_printed() -> None:
    assert is_printed_name("Reader One, RVT")
    assert not any(map(is_printed_name, ["", "  ", "x" * 121, "line\nbreak"]))


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("correct horse battery", None),
        ("493820174652", None),
        ("e\u0301" * 6, PasswordFault.SHORT),
        ("x" * 11, PasswordFault.SHORT),
        ("ab" * 65, PasswordFault.LONG),
        ("aaaaaaaaaaaa", PasswordFault.COMMON),
        ("abababababab", PasswordFault.COMMON),
        ("123456789012", PasswordFault.COMMON),
        ("987654321098", PasswordFault.COMMON),
        ("Password1234", PasswordFault.COMMON),
        ("passwordpassword!", PasswordFault.COMMON),
        ("administrator", PasswordFault.COMMON),
        ("administrators are people", None),
    ],
)
def test_passwords(password: str, fault: PasswordFault | None) -> None:
    assert password_fault(password) is fault


def test_five_failures_within_fifteen_minutes_lock() -> None:
    failures = [NOW - timedelta(minutes=minutes) for minutes in (0, 3, 6, 9, 14)]
    assert locks(failures, NOW)
    assert not locks(failures[1:], NOW)
    assert not locks(failures, NOW + timedelta(minutes=1))


def test_setting_the_clock_back_frees_nobody() -> None:
    assert locks([NOW] * 5, NOW - timedelta(days=1))


@pytest.mark.parametrize("status", Status)
def test_only_an_active_person_is_active(status: Status) -> None:
    person = Person(AccountId("a"), "reader-1", "Reader 1", frozenset({READER}), status)
    assert person.active == (status is Status.ACTIVE)
