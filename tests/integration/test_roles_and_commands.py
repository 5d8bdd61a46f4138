"""Who may do what: every service function is tried by every role, and asks the one table of roles and commands."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import corelab
from corelab.domain.accounts import Command, Role, role_for
from corelab.domain.record_errors import NotPermittedError
from corelab.services.accounts import Session
from corelab.ui.words import words_for
from tests.builders import Lab, a_lab
from tests.service_calls import SERVICES, Ask, Call, found_services

HELD: dict[str, frozenset[Role]] = {
    **{role.value: frozenset({role}) for role in Role},
    "reader and adjudicator": frozenset({Role.READER, Role.ADJUDICATOR}),
    "coordinator and auditor": frozenset({Role.COORDINATOR, Role.AUDITOR}),
}
FUNCTIONS = dict(found_services())
CALLS = {name: call for name, call in SERVICES.items() if isinstance(call, Call)}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    made = a_lab(tmp_path_factory.mktemp("roles"))
    yield made
    made.open.close()


def session_of(lab: Lab, held: str) -> Session:
    name = held if held == "administrator" else held.replace(" and ", "-")
    return lab.person("coordinator" if held == "coordinator" else name, *HELD[held])


def events(lab: Lab) -> list[dict[str, Any]]:
    with lab.open.store.read() as snapshot:
        return [dict(event) for event in snapshot.events()]


def refusal(lab: Lab) -> dict[str, Any]:
    """Who was refused, and what its event says."""
    last = events(lab)[-1]
    assert (last["kind"], last["reason"]) == ("command.refused", "role")
    with lab.open.store.read() as snapshot:
        return {"account": last["id"], "actor": last["actor"], "role": last["role"], **snapshot.opening_of(last["seq"])}


def test_p11_24_every_service_function_is_in_the_table_of_calls() -> None:
    """A new function without an entry: say in tests/service_calls.py to which command it belongs."""
    assert sorted(FUNCTIONS) == sorted(SERVICES)


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("name", CALLS)
def test_p11_24_every_service_asks_the_one_table(lab: Lab, name: str, held: str) -> None:
    call, session = CALLS[name], session_of(lab, held)
    before = len(events(lab))
    if any(role_for(HELD[held], command) for command in call.commands):
        _is_let_through(lab, session, name, call)
        assert ("command.refused", "role") not in {(event["kind"], event["reason"]) for event in events(lab)[before:]}
        return
    with pytest.raises(NotPermittedError):
        FUNCTIONS[name](lab.open, session, *call.arguments, **call.keywords)
    assert len(events(lab)) == before + 1
    told = refusal(lab)
    assert Command(told.pop("command")) in call.commands
    assert told == {"account": session.account, "actor": session.account, "role": None, "roles": sorted(role.value for role in HELD[held])}


def _is_let_through(lab: Lab, session: Session, name: str, call: Call) -> None:
    """It answers, or fails for the reason that its entry names."""
    if not call.otherwise:
        FUNCTIONS[name](lab.open, session, *call.arguments, **call.keywords)
        return
    with pytest.raises(call.otherwise):
        FUNCTIONS[name](lab.open, session, *call.arguments, **call.keywords)


@pytest.mark.parametrize("name", [name for name, ask in SERVICES.items() if ask is Ask.PART])
def test_p11_24_steps_that_ask_nothing_are_called_by_services_only(name: str) -> None:
    assert [path.name for path in _above_the_services() if name in set(_used(path))] == []


def _above_the_services() -> Iterator[Path]:
    root = Path(corelab.__file__).parent
    yield from (root / "app.py", root / "__main__.py", *sorted((root / "cli").rglob("*.py")), *sorted((root / "ui").rglob("*.py")))


def _used(path: Path) -> Iterator[str]:
    """Every ``module.function`` of the services that a file names, also through the accounts module that hands sign-ins on."""
    tree = ast.parse(path.read_text("utf-8"))
    named: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("corelab.services"):
            module = (node.module or "").removeprefix("corelab.services").removeprefix(".")
            for each in node.names:
                full = f"{module}.{each.name}" if module else each.name
                named[each.asname or each.name] = full
                yield full
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in named:
            module = named[node.value.id]
            yield f"{module}.{node.attr}"
            if module == "accounts":
                yield f"sign_in.{node.attr}"


def test_p11_24_what_is_refused_reads_the_same_whether_or_not_it_is_there(lab: Lab) -> None:
    """An error tells nobody whether an account, a clip or an exam exists."""
    session = session_of(lab, "reader")
    told = set()
    for account in (lab.coordinator.account, "nobody"):
        with pytest.raises(NotPermittedError) as refused:
            FUNCTIONS["accounts.deactivate"](lab.open, session, account, "why")
        told.add((words_for(refused.value).all, str(refused.value)))
    assert len(told) == 1
