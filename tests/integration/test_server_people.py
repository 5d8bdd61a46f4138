"""The roles of a lab on a server: they come, change and go with what is recorded of the accounts, and the door lets in by a code only."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from corelab.domain.accounts import FAILURE_WINDOW, MOST_FAILURES, Role
from corelab.services.lab_making import DATABASE
from corelab.services.verification import record_faults
from corelab.storage.codes import OneTimeCode
from corelab.storage.keys import Kdf
from corelab.storage.postgres import copying, making, people
from corelab.storage.schema import COLUMNS, TABLES
from tests.builders import a_lab
from tests.server_writing import MACHINE, SERVER_PASSWORD, Place, new_id, refused
from tests.servers import Server

OURS = "nspname IN ('core', 'seen', 'own')"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a lab with a person in every role."""
    lab = a_lab(tmp_path_factory.mktemp("lab"))
    people_ = (lab.reader_1, lab.adjudicator, lab.auditor)
    lab.open.close()
    assert len({one.account for one in people_}) == len(people_)
    return lab.open.folder / DATABASE


@pytest.fixture
def place(postgres_server: Server, source: Path) -> Iterator[Place]:
    made = Place.of(postgres_server, source)
    yield made
    made.close()


@pytest.fixture(scope="module")
def still(postgres_server: Server, source: Path) -> Iterator[Place]:
    """The same for tests that change nothing in it."""
    made = Place.of(postgres_server, source)
    yield made
    made.close()


def roles(place: Place, user: str) -> tuple[bool, set[str]]:
    """Whether this person can come in, and their roles of the trial as the server has them."""
    login = people.login(place.database, user)
    groups = place.asked(
        "SELECT g.rolname FROM pg_auth_members AS m JOIN pg_roles AS g ON g.oid = m.roleid JOIN pg_roles AS p ON p.oid = m.member"
        " WHERE p.rolname = %s",
        login,
    )
    may = place.one("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", login)
    return bool(may), {name.removeprefix(f"{place.database}:") for (name,) in groups}


def changes(place: Place, kind: str, user: str, **said: object) -> None:
    """An administrator's change of an account."""
    found = "SELECT (core.standing(id)).* FROM core.account WHERE user_name = %s"
    now = dict(zip(COLUMNS["account_revision"], place.asked(found, user)[0], strict=True))
    row = {**now, "n": now["n"] + 1, **said}
    del row["event_seq"]
    with place.somebody("administrator") as administrator:
        administrator.writes(kind, ("account", str(row["account_id"])), [("account_revision", row)], role="administrator")


def may_connect(place: Place, user: str, password: str = SERVER_PASSWORD) -> bool:
    try:
        with place.connected(people.login(place.database, user), password):
            return True
    except psycopg.OperationalError:
        return False


# ---------------------------------------------------------------- people


def test_everybody_comes_in_as_themselves_in_the_roles_that_they_have(still: Place) -> None:
    assert roles(still, "reader-1") == (True, {"reader"})
    assert roles(still, "coordinator") == (True, {"coordinator"})
    assert may_connect(still, "reader-1")
    assert not may_connect(still, "reader-1", "another")


def test_nobody_has_a_password_where_nobody_gave_one(postgres_server: Server, source: Path) -> None:
    database = postgres_server.new_database()
    with postgres_server.connect(database) as connection:
        copying.copy_in(source, connection, database, record_faults, lambda _done, _of: None)
        may = connection.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s) AND rolcanlogin", (f"{database}.",))
        assert may.fetchall() == []
        with pytest.raises(LookupError):
            making.set_login(connection, database, "nobody", "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA")
        with refused("CL001", "verifier"):
            making.set_login(connection, database, "reader-1", "a password in clear")
        connection.rollback()


def test_a_role_follows_what_an_administrator_records(place: Place) -> None:
    changes(place, "account.roles", "reader-1", roles="adjudicator,reader")
    assert roles(place, "reader-1") == (True, {"reader", "adjudicator"})
    changes(place, "account.roles", "reader-1", roles="auditor")
    assert roles(place, "reader-1") == (True, {"auditor"})
    changes(place, "account.deactivated", "reader-1", status="deactivated")
    assert roles(place, "reader-1") == (False, set())
    assert not may_connect(place, "reader-1")


def test_who_is_gone_may_do_nothing_by_a_connection_that_is_open_still(place: Place) -> None:
    with place.somebody("auditor-1") as auditor:
        auditor.connection.autocommit = True
        assert auditor.connection.execute("SELECT count(*) FROM core.event").fetchone()
        changes(place, "account.deactivated", "auditor-1", status="deactivated")
        with refused("42501"):
            auditor.connection.execute("SELECT count(*) FROM core.event")
        with refused("42501"):
            auditor.begins()


def test_roles_that_nobody_has_together_are_refused(still: Place) -> None:
    for wrong in ("coordinator,reader", "administrator,auditor", "reader,adjudicator", "owner", ""):
        with refused("CL002", "account_revision"):
            changes(still, "account.roles", "reader-1", roles=wrong)
    assert roles(still, "reader-1") == (True, {"reader"})


def test_a_new_person_has_a_role_that_opens_nothing_yet(place: Place) -> None:
    account = invited(place, "new.person", (new_id(), "h"))
    assert roles(place, "new.person") == (False, set())
    assert place.one("SELECT core.login_of(user_name) FROM core.account WHERE id = %s", account) == f"{place.database}.new.person"


def test_a_user_name_that_is_too_long_for_a_server_is_refused(still: Place) -> None:
    with refused("CL001", "too long"):
        invited(still, "a" * 64, (new_id(), "h"))


def test_a_user_name_is_no_statement(place: Place) -> None:
    strange = 'o"; drop role x; --'
    invited(place, strange, (new_id(), "h"))
    assert roles(place, strange) == (False, set())


def test_a_person_sets_their_own_password_and_only_as_a_verifier(place: Place) -> None:
    with place.somebody("reader-1") as reader:
        reader.connection.autocommit = True
        with refused("CL001", "verifier"):
            reader.connection.execute("SELECT core.login_set('a password in clear')")
        reader.connection.execute("SELECT core.login_set(%s)", (place.verifier("reader-1", "a new one"),))
    assert may_connect(place, "reader-1", "a new one")
    assert not may_connect(place, "reader-1")
    with place.at_the_door() as door, refused("42501"):
        door.execute("SELECT core.login_set(%s)", (place.verifier("reader-1"),))


# ---------------------------------------------------------------- the door


def invited(place: Place, user: str, code: tuple[str, str], **said: object) -> str:
    """The account that an administrator invites with this (invitation, hash of its code)."""
    account = new_id()
    rows: list[tuple[str, dict[str, Any]]] = [("account", {"id": account, "user_name": user, "kind": "person"})]
    revision = {"account_id": account, "n": 1, "printed_name": "New Person", "status": "invited", "roles": "reader"}
    invitation = {"id": code[0], "account_id": account, "code_hash": code[1], "expires_at": "2999-01-01T00:00:00.000Z"}
    rows += [("account_revision", revision), ("invitation", {**invitation, **said})]
    with place.somebody("administrator") as administrator:
        administrator.writes("account.invited", ("account", account), rows, role="administrator")
    return account


def a_code(invitation: str) -> OneTimeCode:
    return OneTimeCode(invitation.replace("-", "")[:10], b"0123456789")


CHEAP = Kdf(1, 8192)


def test_the_door_tells_which_lab_it_is_and_nothing_else(still: Place) -> None:
    with still.at_the_door() as door:
        facts = door.execute("SELECT lab_id, kind, trial_id, revision, kdf FROM seen.door_lab()").fetchone()
        assert facts is not None
        assert facts[0] == still.one("SELECT lab_id FROM core.lab")
        assert facts[4] == f"argon2id:{CHEAP.opslimit}:{CHEAP.memlimit}"
        for table in TABLES:
            for schema in ("core", "seen", "own"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    door.execute(f'SELECT * FROM {schema}."{table}"'.encode())
        for call in (
            "append_begin()",
            "my_account()",
            "login_follows('x', true)",
            "password_put('x', 'y')",
            "lock_account(NULL, '', '', 1)",
        ):
            with refused("42501"):
                door.execute(f"SELECT core.{call}".encode())


def test_a_code_lets_its_owner_in_once_and_nobody_else(place: Place) -> None:
    new = new_id()
    code, kdf = a_code(new), CHEAP
    account = invited(place, "new-reader", (new, code.hashed(kdf, new)))
    with place.at_the_door() as door:
        assert door.execute("SELECT * FROM seen.door_invited(%s)", (code.prefix,)).fetchall() == [(new, kdf.opslimit, kdf.memlimit)]
        assert door.execute("SELECT * FROM seen.door_invited('')").fetchall() == []
        assert door.execute("SELECT * FROM seen.door_invited('0000000000')").fetchall() == []
        for wrong in ("0" * 64, "", code.hashed(kdf, new), code.hashed(kdf, new).split("$")[3], None):
            assert door.execute("SELECT seen.door_user(%s, %s)", (new, wrong)).fetchone() == (None,)
            with refused("CL005"):
                door.execute("SELECT seen.door_enter(%s, %s, %s)", (new, wrong, place.verifier("new-reader")))
        assert roles(place, "new-reader") == (False, set())
        proof = code.proof(kdf, new)
        assert door.execute("SELECT seen.door_user(%s, %s)", (new, proof)).fetchone() == ("new-reader",)
        entered = door.execute("SELECT seen.door_enter(%s, %s, %s)", (new, proof, place.verifier("new-reader"))).fetchone()
    assert entered == ("new-reader",)
    assert roles(place, "new-reader") == (True, {"reader"})
    keys = {
        "id": new_id(),
        "account_id": account,
        "n": 1,
        "kdf": "argon2id",
        "opslimit": 1,
        "memlimit": 8192,
        "salt": b"s",
        "reason": "activation",
    }
    keys |= {"sign_pub": b"p", "box_pub": b"b", "wrapped_sign": b"w", "wrapped_box": b"x"}
    revision = {"account_id": account, "n": 2, "printed_name": "New Person", "status": "active", "roles": "reader"}
    with place.somebody("new-reader") as reader:
        reader.session = None
        reader.writes("account.activated", ("account", account), [("account_revision", revision), ("credential", keys)])
    with place.at_the_door() as door, refused("CL005"):
        door.execute("SELECT seen.door_enter(%s, %s, %s)", (new, proof, place.verifier("new-reader", "again")))


def test_a_code_that_is_over_opens_nothing(place: Place) -> None:
    new = new_id()
    code = a_code(new)
    invited(place, "late", (new, code.hashed(CHEAP, new)), expires_at="2026-01-01T00:00:00.000Z")
    with place.at_the_door() as door, refused("CL005"):
        door.execute("SELECT seen.door_enter(%s, %s, %s)", (new, code.proof(CHEAP, new), place.verifier("late")))


def test_a_new_code_takes_the_place_of_the_one_before(place: Place) -> None:
    first, second = new_id(), new_id()
    account = invited(place, "twice", (first, a_code(first).hashed(CHEAP, first)))
    revision = {"account_id": account, "n": 2, "printed_name": "New Person", "status": "invited", "roles": "reader"}
    row = {"id": second, "account_id": account, "code_hash": a_code(second).hashed(CHEAP, second), "expires_at": "2999-01-01T00:00:00.000Z"}
    with place.somebody("administrator") as administrator:
        rows: list[tuple[str, dict[str, Any]]] = [("account_revision", revision), ("invitation", row)]
        administrator.writes("account.reset", ("account", account), rows, role="administrator")
    with place.at_the_door() as door:
        for invitation, expected in ((first, None), (second, "twice")):
            proof = a_code(invitation).proof(CHEAP, invitation)
            assert door.execute("SELECT seen.door_user(%s, %s)", (invitation, proof)).fetchone() == (expected,)


def test_a_wrong_code_is_recorded(still: Place) -> None:
    with still.at_the_door() as door:
        door.execute("SELECT seen.door_code_refused(%s, '1.0', 60)", (MACHINE,))
    found = still.asked("SELECT kind, entity, actor, workstation, clock FROM core.event ORDER BY seq DESC LIMIT 1")
    assert found == [("code.refused", "lab", None, MACHINE, "server")]


def fails(place: Place, user: str, times: int = 1) -> tuple[str | None, str | None]:
    """What the door says the last time."""
    said: tuple[str | None, str | None] = (None, None)
    with place.at_the_door() as door:
        for _ in range(times):
            said = door.execute("SELECT state, until FROM seen.door_failed(%s, %s, '1.0', 60)", (user, MACHINE)).fetchone() or said
    return said


def test_a_person_who_failed_too_often_is_locked_out_and_an_administrator_lets_them_in_again(place: Place) -> None:
    assert fails(place, "reader-1", MOST_FAILURES - 1) == (None, None)
    assert roles(place, "reader-1") == (True, {"reader"})
    assert fails(place, "reader-1") == (None, None), "the same words for the last failure as for the first"
    assert roles(place, "reader-1") == (False, set())
    kept = place.one("SELECT max(seq) FROM core.event")
    assert fails(place, "reader-1") == ("locked", None)
    assert place.one("SELECT max(seq) FROM core.event") == kept
    assert place.asked("SELECT kind FROM core.event ORDER BY seq DESC LIMIT 2") == [("account.locked",), ("signin.failed",)]
    changes(place, "account.unlocked", "reader-1", status="active")
    assert may_connect(place, "reader-1")
    assert fails(place, "reader-1", MOST_FAILURES - 1) == (None, None), "counted anew"


def test_the_last_administrator_is_locked_for_a_quarter_of_an_hour_only(place: Place) -> None:
    assert fails(place, "administrator", MOST_FAILURES) == (None, None)
    state, until = fails(place, "administrator")
    first = place.one("SELECT min(at) FROM core.event WHERE kind = 'signin.failed'")
    span = place.one("SELECT %s::timestamptz - %s::timestamptz", until, first)
    assert (state, span) == ("locked", FAILURE_WINDOW)
    assert may_connect(place, "administrator")
    assert span < timedelta(hours=1)


def test_a_name_that_nobody_has_is_not_kept(still: Place) -> None:
    assert fails(still, "typed my password here", MOST_FAILURES + 2) == (None, None)
    rows = still.asked(
        "SELECT DISTINCT a.user_name, e.id FROM core.signin_attempt AS a JOIN core.event AS e ON e.seq = a.event_seq WHERE a.ok = 0"
    )
    assert rows == [(None, None)]


@pytest.mark.parametrize(
    "said", [("here", "1.0", 60), (MACHINE, "a\nb", 60), (MACHINE, "x" * 99, 60), (MACHINE, "1.0", 9999), (None, "1.0", 60)]
)
def test_the_door_writes_down_nothing_that_is_no_machine(still: Place, said: tuple[str, str, int]) -> None:
    with still.at_the_door() as door, refused("CL001"):
        door.execute("SELECT * FROM seen.door_failed('reader-1', %s, %s, %s)", said)


# ---------------------------------------------------------------- who makes it


def test_who_may_make_roles_and_owns_the_database_makes_a_lab_without_being_superuser(postgres_server: Server, source: Path) -> None:
    database = postgres_server.new_database()
    with postgres_server.connect(autocommit=True) as superuser:
        superuser.execute(f"CREATE ROLE maker_{database} LOGIN CREATEROLE PASSWORD 'm'".encode())
        superuser.execute(f"ALTER DATABASE {database} OWNER TO maker_{database}".encode())
    with postgres_server.connect(database, f"maker_{database}", "m") as maker:
        copying.copy_in(source, maker, database, record_faults, lambda _done, _of: None)
        maker.commit()
        login = people.login(database, "reader-1")
        verifier = maker.pgconn.encrypt_password(b"their own", login.encode(), b"scram-sha-256").decode()
        with maker.transaction():
            making.set_login(maker, database, "reader-1", verifier)
    with postgres_server.connect(database, login, "their own") as reader:
        assert reader.execute("SELECT seq FROM core.append_begin()").fetchone()


def test_roles_that_a_lab_left_behind_are_made_anew(postgres_server: Server, place: Place) -> None:
    database = place.database
    place.close()
    with postgres_server.connect(autocommit=True) as superuser:
        superuser.execute(f"DROP DATABASE {database}".encode())
        superuser.execute(f"CREATE DATABASE {database}".encode())
    with postgres_server.connect(database) as connection:
        making.begin(connection, database)
        connection.execute("RESET ROLE")
        left = connection.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", (f"{database}.",)).fetchall()
        connection.commit()
    assert left == []


def test_every_role_of_the_trial_has_a_group(still: Place) -> None:
    found = {name for (name,) in still.asked("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", f"{still.database}:")}
    assert found == {people.group(still.database, role) for role in Role} | {people.owner(still.database), people.door(still.database)}
