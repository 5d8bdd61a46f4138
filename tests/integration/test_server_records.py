"""What a server takes as a record, and what it refuses, whoever sends it: every claim of an event is looked at, and every row of it."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from corelab.domain import audit
from corelab.storage.postgres import copying
from corelab.storage.verify import check_database
from tests.reading_builders import a_dealt_lab
from tests.server_writing import OPENING, Place, Said, Somebody, new_id, refused
from tests.servers import Server

SCREEN = ("screen.locked", ("session", None))
LATER = "2126-01-12T08:00:00.000Z"


@pytest.fixture(scope="module")
def place(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A lab in which two readers have an exam to read."""
    lab = a_dealt_lab(tmp_path_factory.mktemp("lab"), "S01", "S02")
    for session in (lab.auditor, lab.adjudicator):
        assert session.account
    lab.open.close()
    made = Place.of(postgres_server, lab.open.folder / "corelab.db")
    yield made
    made.close()


@pytest.fixture
def reader(place: Place) -> Iterator[Somebody]:
    with place.somebody("reader-1") as found:
        yield found


@pytest.fixture
def coordinator(place: Place) -> Iterator[Somebody]:
    with place.somebody("coordinator") as found:
        yield found


def envelope(place: Place, content: bytes = b"sealed") -> bytes:
    """Bytes that say that custody can open them."""
    custody = place.one("SELECT box_pub FROM core.custody_key ORDER BY n DESC LIMIT 1")
    return b"CLE1\x01" + bytes.fromhex(audit.key_id(bytes(custody))) + b"k" * 80 + content


# ---------------------------------------------------------------- what is taken


def test_an_event_is_kept_as_it_was_said_with_its_payload_and_rows(place: Place, coordinator: Somebody) -> None:
    subject = new_id()
    places = (("subject_attribute", _attribute(subject, segment)) for segment in "12")
    rows = [("subject", {"id": subject, "code": 'Q"\\\u00e9'}), *places]
    before = place.one("SELECT max(seq) FROM core.event")
    kept = coordinator.writes("subject.corrected", ("subject", subject), rows, role="coordinator", payload=OPENING)
    assert kept.seq == before + 1
    assert place.asked("SELECT hash, payload, clock FROM core.event WHERE seq = %s", kept.seq) == [(kept.hash, kept.payload, "server")]
    assert place.asked("SELECT form, body FROM core.event_payload WHERE seq = %s", kept.seq) == [("clear", OPENING)]
    assert place.asked("SELECT code, site_code FROM core.subject WHERE event_seq = %s", kept.seq) == [('Q"\\\u00e9', None)]
    assert len(place.asked("SELECT * FROM core.subject_attribute WHERE event_seq = %s", kept.seq)) == 2


def _attribute(subject: str, segment: str) -> dict[str, Any]:
    return {"subject_id": subject, "attribute": "side", "segment": segment, "n": 1, "value": "left"}


def test_several_events_of_one_transaction_follow_each_other_at_one_time(place: Place, reader: Somebody) -> None:
    with reader.connection.transaction():
        seq, prev, last_at, at = reader.begins()
        first = reader.appends(*SCREEN, begun=(seq, prev, last_at, at))
        second = reader.appends("screen.unlocked", ("session", None), begun=(seq + 1, first.hash, at, at))
    assert (first.seq, first.prev, second.prev) == (seq, prev, first.hash)
    assert first.at == second.at == at
    assert place.one("SELECT max(seq) FROM core.event") == second.seq


def test_the_time_of_an_event_is_the_server_s(place: Place, reader: Somebody) -> None:
    before = place.one("SELECT core.server_time()")
    kept = reader.writes(*SCREEN)
    assert before <= kept.at <= place.one("SELECT core.server_time()")


def test_a_reader_keeps_a_draft_of_their_own_and_drops_it(place: Place, reader: Somebody) -> None:
    own, at = place.assignment("reader-1"), ""
    for body in (b"first", b"second"):
        with reader.connection.transaction():
            _, _, _, at = reader.begins()
            reader.connection.execute("SELECT core.draft_put(%s, %s, %s)", (own, body, at))
    assert place.asked("SELECT body, updated_at FROM core.draft WHERE assignment_id = %s", own) == [(b"second", at)]
    with reader.connection.transaction():
        reader.begins()
        reader.connection.execute("SELECT core.draft_drop(%s)", (own,))
    assert place.asked("SELECT * FROM core.draft WHERE assignment_id = %s", own) == []


def test_a_coordinator_hands_a_draft_over_that_is_there_and_makes_none(place: Place, reader: Somebody, coordinator: Somebody) -> None:
    own = place.assignment("reader-1")
    with reader.connection.transaction():
        _, _, _, at = reader.begins()
        reader.connection.execute("SELECT core.draft_put(%s, %s, %s)", (own, b"to old keys", at))
    with coordinator.connection.transaction():
        _, _, _, at = coordinator.begins()
        coordinator.connection.execute("SELECT core.draft_put(%s, %s, %s)", (own, b"to new keys", at))
    assert place.one("SELECT body FROM core.draft WHERE assignment_id = %s", own) == b"to new keys"
    with refused("CL002"), coordinator.connection.transaction():
        _, _, _, at = coordinator.begins()
        coordinator.connection.execute("SELECT core.draft_put(%s, %s, %s)", (place.assignment("reader-2"), b"", at))


# ---------------------------------------------------------------- what an event may not claim


@pytest.mark.parametrize(
    ("said", "state", "words"),
    [
        (Said(before={"seq": 1}), "CL001", "does not continue the chain"),
        (Said(before={"prev": "0" * 64}), "CL001", "does not continue the chain"),
        (Said(before={"at": LATER}), "CL001", "time"),
        (Said(before={"at": "2026-01-12T08:00:00.000Z"}), "CL001", "time"),
        (Said(before={"at": "yesterday"}), "CL001", "time"),
        (Said(before={"clock": "system"}), "CL001", "clock"),
        (Said(before={"schema": 1}), "CL001", "schema"),
        (Said(before={"tz": 5000}), "CL001", "tz"),
        (Said(before={"actor": None}), "CL002", "somebody else"),
        (Said(before={"actor": "00000000-0000-4000-8000-0000000000b1"}), "CL002", "somebody else"),
        (Said(before={"role": "coordinator"}), "CL002", "role"),
        (Said(before={"session": None}), "CL003", "sign-in"),
        (Said(before={"session": "00000000-0000-4000-8000-0000000000c2"}), "CL003", "sign-in"),
        (Said(before={"kind": "batch.released"}), "CL002", "does not write"),
        (Said(before={"kind": "invented"}), "CL002", "does not write"),
        (Said(before={"lab": "00000000-0000-4000-8000-0000000000a1"}), "CL001", "hash"),
        (Said(after={"reason": "CHANGED"}), "CL001", "hash"),
        (Said(after={"id": "changed"}), "CL001", "hash"),
        (Said(after={"id": "e\u0301"}), "CL001", "normal form"),
        (Said(before={"rows": "0" * 64}), "CL001", "rows"),
        (Said(before={"sealed": "0" * 64}), "CL001", "sealed"),
        (Said(before={"payload": "0" * 64}), "CL001", "payload"),
        (Said(before={"payload": "0" * 64}, body=OPENING), "CL001", "payload"),
        (Said(body=OPENING), "CL001", "payload"),
        (Said(begun=False), "CL001", "append_begin"),
    ],
    ids=str,
)
def test_an_event_that_claims_anything_wrong_is_refused_and_nothing_is_kept(
    place: Place, reader: Somebody, said: Said, state: str, words: str
) -> None:
    before = place.one("SELECT count(*) FROM core.event")
    with refused(state, words):
        reader.writes(*SCREEN, said=said)
    assert place.one("SELECT count(*) FROM core.event") == before


def test_a_command_is_submitted_once(place: Place, reader: Somebody) -> None:
    submit = new_id()
    reader.writes(*SCREEN, said=Said(before={"submit": submit}))
    with refused("CL004"):
        reader.writes(*SCREEN, said=Said(before={"submit": submit}))


@pytest.mark.parametrize(
    ("rows", "state", "words"),
    [
        ([("setting", {"name": "x", "n": 1, "value": "y"})], "CL002", "does not write"),
        ([("event", {})], "CL002", "does not write"),
        ([("no table", {})], "CL002", "does not write"),
        (
            [("subject_attribute", {"subject_id": "nobody", "attribute": "a", "segment": "", "n": 1, "value": "v"})],
            "CL001",
            "fk_subject_attribute",
        ),
        ([("subject", {"id": "1", "code": None})], "CL001", ""),
        ([("subject", {"id": "1", "code": "c", "more": "column"})], "CL001", "other columns"),
        ([("subject", {"id": "1", "code": "c", "event_seq": 1})], "CL001", "with their event only"),
    ],
    ids=str,
)
def test_rows_that_do_not_belong_there_are_refused(place: Place, coordinator: Somebody, rows: Any, state: str, words: str) -> None:
    before = place.one("SELECT count(*) FROM core.event")
    with refused(state, words):
        coordinator.writes("subject.set", ("subject", None), rows, role="coordinator")
    assert place.one("SELECT count(*) FROM core.event") == before


def test_rows_that_are_not_those_that_were_digested_are_refused(coordinator: Somebody) -> None:
    said, other = ("subject", {"id": new_id(), "code": "S77"}), ("subject", {"id": new_id(), "code": "S78"})
    for sent in ([other], [], [said, other]):
        with refused("CL001", "rows"):
            coordinator.writes("subject.set", ("subject", None), [said], role="coordinator", said=Said(rows=sent))


def test_what_must_be_sealed_is_not_taken_in_the_clear_nor_without_custody(place: Place, reader: Somebody) -> None:
    about = ("assignment", place.assignment("reader-1"))
    with refused("CL001", "custody"):
        reader.writes("note.changed", about, role="reader", payload=OPENING)
    with refused("CL001", "custody"):
        reader.writes("note.changed", about, role="reader", payload=b"CLE1\x01" + b"k" * 300, form="sealed")
    with refused("CL001", "sealed"):
        reader.writes(
            "note.changed", about, role="reader", payload=envelope(place), form="sealed", said=Said(body=envelope(place, b"other"))
        )
    reader.writes("note.changed", about, role="reader", payload=envelope(place), form="sealed")


# ---------------------------------------------------------------- what is somebody else's


def test_a_reader_writes_nothing_about_another_s_assignment(place: Place, reader: Somebody) -> None:
    other = place.assignment("reader-2")
    for kind in ("note.changed", "answer.changed", "reading.opened"):
        sealed = {"payload": envelope(place), "form": "sealed"} if kind != "reading.opened" else {}
        with refused("CL002", "assignment"):
            reader.writes(kind, ("assignment", other), role="reader", **sealed)  # type: ignore[arg-type]
    with refused("CL002", "reading"):
        reader.writes("reading.signed", *_a_reading(place, other), role="reader", payload=envelope(place), form="sealed")
    with refused("CL002"), reader.connection.transaction():
        _, _, _, at = reader.begins()
        reader.connection.execute("SELECT core.draft_put(%s, %s, %s)", (other, b"", at))
    with refused("CL002"), reader.connection.transaction():
        reader.begins()
        reader.connection.execute("SELECT core.draft_drop(%s)", (other,))


def _a_reading(place: Place, assignment: str, **said: object) -> tuple[tuple[str, str], list[tuple[str, dict[str, Any]]]]:
    new, charter = new_id(), place.one("SELECT hash FROM core.charter")
    row = {"id": new, "assignment_id": assignment, "revision": 1, "charter_hash": charter, "content_digest": audit.payload_digest(OPENING)}
    return ("reading", new), [("reading", {**row, **said})]


def test_a_reading_has_the_revision_that_is_next(place: Place, reader: Somebody) -> None:
    own = place.assignment("reader-1")
    for wrong in ({"revision": 2}, {"revision": 0}, {"supersedes_id": new_id()}, {"id": new_id()}):
        about, rows = _a_reading(place, own, **wrong)
        with refused("CL002", "reading"):
            reader.writes("reading.signed", about, rows, role="reader", payload=envelope(place), form="sealed")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"account_id": "other"},
        {"prev_hash": "0" * 64},
        {"at": LATER},
        {"tz": 0},
        {"content_digest": "0" * 64},
        {"record_id": "other"},
        {"record_type": "adjudication"},
        {"printed_name": "Somebody Else"},
        {"key_id": "0" * 32},
        {"meaning": "release"},
    ],
    ids=str,
)
def test_a_signature_stands_in_its_own_place_under_its_own_name(place: Place, reader: Somebody, wrong: dict[str, object]) -> None:
    (entity, new), rows = _a_reading(place, place.assignment("reader-1"))
    key = place.one("SELECT sign_pub FROM core.credential WHERE account_id = %s ORDER BY n DESC LIMIT 1", reader.account)
    right = {
        "id": new_id(),
        "record_type": entity,
        "record_id": new,
        "revision": 1,
        "account_id": reader.account,
        "key_id": audit.key_id(bytes(key)),
    }
    right |= {"printed_name": "Reader 1", "meaning": "reading authorship", "tz": 60, "content_digest": audit.payload_digest(OPENING)}
    right |= {"charter_hash": rows[0][1]["charter_hash"], "signature": b"s" * 64}
    with reader.connection.transaction() as transaction:
        begun = reader.begins()
        right |= {"prev_hash": begun[1], "at": begun[3]}
        signed = [*rows, ("signature", {**right, **({"account_id": _other(place)} if "account_id" in wrong else wrong)})]
        sealed = {"role": "reader", "payload": envelope(place), "form": "sealed"}
        if wrong:
            with refused("CL002", "signature"):
                reader.appends("reading.signed", (entity, new), signed, begun=begun, **sealed)  # type: ignore[arg-type]
        else:
            reader.appends("reading.signed", (entity, new), signed, begun=begun, **sealed)  # type: ignore[arg-type]
        raise psycopg.Rollback(transaction)


def _other(place: Place) -> str:
    return str(place.one("SELECT id FROM core.account WHERE user_name = 'reader-2'"))


@pytest.mark.parametrize(
    ("kind", "entity", "table", "row"),
    [
        ("credential.changed", "account", "credential", {"n": 9, "kdf": "argon2id", "opslimit": 1, "memlimit": 8192, "reason": "password"}),
        ("statement.accepted", "account", "acknowledgement", {"what": "signature", "text_hash": "1" * 64}),
        ("factor.enrolled", "account", "second_factor", {"n": 1, "state": "on", "sealed": b"secret"}),
        ("session.opened", "session", "session", {"workstation_id": "w"}),
    ],
)
def test_nobody_writes_the_keys_sign_ins_and_statements_of_another(
    place: Place, reader: Somebody, kind: str, entity: str, table: str, row: dict[str, Any]
) -> None:
    made = (
        {"id": new_id(), "salt": b"s", "sign_pub": b"p", "box_pub": b"b", "wrapped_sign": b"w", "wrapped_box": b"w"}
        if table == "credential"
        else {}
    )
    given = {**made, **({"id": new_id()} if table == "session" else {}), **row, "account_id": _other(place)}
    with refused("CL002", table):
        reader.writes(kind, (entity, reader.account), [(table, given)])


def test_nobody_makes_themselves_more_than_they_are(place: Place, reader: Somebody) -> None:
    now = dict(zip(("n", "printed_name", "roles"), place.asked(_STANDING, reader.account)[0], strict=True))
    more = {
        "account_id": reader.account,
        "n": now["n"] + 1,
        "printed_name": now["printed_name"],
        "status": "active",
        "roles": "coordinator",
    }
    for kind in ("account.activated", "account.locked"):
        with refused("CL002", "account_revision"):
            reader.writes(kind, ("account", reader.account), [("account_revision", more)])
    with refused("CL002", "does not write"):
        reader.writes("account.roles", ("account", reader.account), [("account_revision", more)])
    with place.somebody("administrator") as administrator, refused("CL002", "account_revision"):
        own = place.asked(_STANDING, administrator.account)[0]
        changed = {**more, "account_id": administrator.account, "n": own[0] + 1, "printed_name": own[1]}
        administrator.writes("account.roles", ("account", administrator.account), [("account_revision", changed)], role="administrator")


_STANDING = "SELECT n, printed_name, roles FROM core.account_revision WHERE account_id = %s ORDER BY n DESC LIMIT 1"


def test_nobody_enrols_a_machine_but_an_administrator(reader: Somebody) -> None:
    row = ("workstation", {"id": new_id(), "n": 1, "host": "h", "os": "o", "enrolled": 1})
    with refused("CL002", "workstation"):
        reader.writes("workstation.display_checked", ("workstation", None), [row])


def test_the_password_check_of_another_is_not_counted(place: Place, reader: Somebody) -> None:
    row = {"id": new_id(), "user_name": "reader-2", "ok": 0, "workstation_id": "w"}
    with refused("CL002", "signin_attempt"):
        reader.writes("signature.refused", ("account", reader.account), [("signin_attempt", row)])
    with refused("CL002", "signin_attempt"):
        reader.writes("signature.refused", ("account", reader.account), [("signin_attempt", {**row, "user_name": "reader-1", "ok": 1})])


def test_nobody_forgets_the_keys_of_another_or_empties_a_payload_by_themselves(
    place: Place, reader: Somebody, coordinator: Somebody
) -> None:
    with refused("CL002"), reader.connection.transaction():
        reader.begins()
        reader.connection.execute("SELECT core.wraps_forget(%s)", (_other(place),))
    with refused("CL002"), coordinator.connection.transaction():
        coordinator.begins()
        coordinator.connection.execute("SELECT core.payload_empty(1, 1)")
    with refused("CL002", "two people"), coordinator.connection.transaction():
        kept = coordinator.appends("trail.exported", ("lab", None), role="coordinator")
        coordinator.connection.execute("SELECT core.payload_empty(1, %s)", (kept.seq,))


def test_a_payload_is_emptied_with_the_event_that_says_so_where_another_asked_for_it(place: Place, coordinator: Somebody) -> None:
    secret = coordinator.writes("subject.corrected", ("subject", new_id()), role="coordinator", payload=OPENING)
    own = _asks(coordinator, secret)
    with refused("CL002", "two people"), coordinator.connection.transaction():
        _redacts(coordinator, secret, own)
    with place.somebody("coordinator-2") as other:
        asked = _asks(other, secret)
    with coordinator.connection.transaction():
        kept = _redacts(coordinator, secret, asked)
    assert place.asked("SELECT body, redaction_seq FROM core.event_payload WHERE seq = %s", secret.seq) == [(None, kept.seq)]


def _asks(person: Somebody, secret: audit.Header) -> audit.Header:
    return person.writes("redaction.requested", ("event", str(secret.seq)), role="coordinator", payload=OPENING)


def _redacts(person: Somebody, secret: audit.Header, asked: audit.Header) -> audit.Header:
    said = OPENING[:32] + json.dumps({"reason_text": "a name", "requested": asked.seq, "second": new_id()}).encode()
    kept = person.appends("payload.redacted", ("event", str(secret.seq)), role="coordinator", payload=said)
    person.connection.execute("SELECT core.payload_empty(%s, %s)", (secret.seq, kept.seq))
    return kept


def test_what_was_written_on_a_server_verifies(place: Place, tmp_path_factory: pytest.TempPathFactory) -> None:
    target = tmp_path_factory.mktemp("copied") / "corelab.db"
    with place.server.connect(place.database) as connection:
        copying.copy_out(connection, target, lambda _done, _of: None)
    found = check_database(target, {}).faults
    assert [each for each in found if each.step in {"integrity", "schema", "chain", "rows"}] == []
    assert [each for each in found if each.step == "payload" and "redacted" not in each.what] == []
