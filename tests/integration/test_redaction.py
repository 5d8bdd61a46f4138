"""Personal data in a payload is emptied by two people, and only what nothing stands on."""

from pathlib import Path

import pytest

from corelab.domain.reasons import ReasonRefusedError, RedactionCause
from corelab.domain.record_errors import NotPermittedError, PayloadSealedError, SecondPersonError, SignInRefusedError
from corelab.domain.redaction import RedactionFault, RedactionRefusedError
from corelab.services import packages, reading, redaction
from corelab.services.verification import verify_open
from tests.builders import PASSWORD, Lab
from tests.life_builders import compares, dealt, read_by_both, refusals
from tests.reading_builders import a_staffed_lab, filled, opened_next, signs

NAME = "Xenophora Zwischenstein"
WHY = "A name stands in the words"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_staffed_lab(tmp_path)
    assert made.coordinator_2.account
    return made


def a_named_query(lab: Lab) -> int:
    """An event whose clear words hold a name."""
    with lab.open.store.begin(lab.coordinator.actor(None)) as transaction:
        return transaction.record("query.sent", "query", None, payload={"words": f"Is this {NAME}?"}).seq


def redacts(lab: Lab, seq: int) -> int:
    redaction.request_redaction(lab.open, lab.coordinator, seq, WHY, "NAME")
    return redaction.confirm_redaction(lab.open, lab.coordinator_2, seq, WHY, PASSWORD)


def in_files(lab: Lab) -> bool:
    return any(NAME.encode() in path.read_bytes() for path in lab.open.folder.rglob("*") if path.is_file())


def test_p11_42_two_people_empty_a_payload_with_reason_the_chain_verifies_and_the_redaction_is_told(lab: Lab) -> None:
    seq = a_named_query(lab)
    assert in_files(lab)
    by = redacts(lab, seq)
    assert not in_files(lab)
    with lab.open.store.read() as snapshot, pytest.raises(PayloadSealedError):
        snapshot.opening_of(seq)
    found = verify_open(lab.open)
    assert found.ok
    assert [f"event {seq} " in where and where.endswith(f"by event {by}") for where in found.redacted] == [True]


def test_of_each_event_is_told_whether_it_may_be_emptied_who_asked_and_who_emptied_it(lab: Lab) -> None:
    seq = a_named_query(lab)
    asks = [redaction.standing(lab.open, session, seq) for session in (lab.coordinator, lab.auditor)]
    assert [(one.refused, one.asked, one.emptied) for one in asks] == [(None, (), None)] * 2
    redaction.request_redaction(lab.open, lab.coordinator, seq, WHY, "NAME")
    (asked,) = redaction.standing(lab.open, lab.auditor, seq).asked
    assert (asked.person, asked.cause, asked.why) == (lab.coordinator.printed_name, RedactionCause.NAME, WHY)
    by = redaction.confirm_redaction(lab.open, lab.auditor, seq, "Seen: it is one", PASSWORD)
    gone = redaction.standing(lab.open, lab.coordinator, seq)
    assert gone.emptied is not None
    assert (gone.refused, gone.emptied.seq, gone.emptied.why) == (RedactionFault.GONE, by, "Seen: it is one")
    assert (gone.emptied.asked_by, gone.emptied.agreed_by) == (lab.coordinator.printed_name, lab.auditor.printed_name)
    assert redaction.standing(lab.open, lab.coordinator, by).refused is RedactionFault.KEPT


def test_p11_42_one_person_alone_is_refused(lab: Lab) -> None:
    seq = a_named_query(lab)
    with pytest.raises(RedactionRefusedError) as refused:
        redaction.confirm_redaction(lab.open, lab.coordinator, seq, WHY, PASSWORD)
    assert refused.value.fault is RedactionFault.NOT_REQUESTED
    redaction.request_redaction(lab.open, lab.coordinator, seq, WHY, "NAME")
    with pytest.raises(SecondPersonError):
        redaction.confirm_redaction(lab.open, lab.coordinator, seq, WHY, PASSWORD)
    assert in_files(lab)
    assert refusals(lab) == [("redaction.confirm", "state"), ("redaction.confirm", "second_person")]


def test_p11_42_without_a_reason_or_the_password_nothing_is_emptied(lab: Lab) -> None:
    seq = a_named_query(lab)
    for why in ("", "   ", "name", "born 12.03.1961, see the film"):
        with pytest.raises(ReasonRefusedError):
            redaction.request_redaction(lab.open, lab.coordinator, seq, why, "NAME")
    redaction.request_redaction(lab.open, lab.coordinator, seq, WHY, "NAME")
    with pytest.raises(ReasonRefusedError):
        redaction.confirm_redaction(lab.open, lab.coordinator_2, seq, "yes", PASSWORD)
    with pytest.raises(SignInRefusedError):
        redaction.confirm_redaction(lab.open, lab.coordinator_2, seq, WHY, "not the password at all")
    assert in_files(lab)


def test_the_auditor_may_agree_but_not_ask_and_nobody_else_does_either(lab: Lab) -> None:
    seq = a_named_query(lab)
    for session in (lab.auditor, lab.reader_1, lab.administrator):
        with pytest.raises(NotPermittedError):
            redaction.request_redaction(lab.open, session, seq, WHY, "NAME")
    redaction.request_redaction(lab.open, lab.coordinator, seq, WHY, "NAME")
    assert [one.of for one in redaction.redactions_requested(lab.open, lab.auditor)] == [seq]
    for session in (lab.reader_1, lab.administrator):
        with pytest.raises(NotPermittedError):
            redaction.confirm_redaction(lab.open, session, seq, WHY, PASSWORD)
    assert redaction.confirm_redaction(lab.open, lab.auditor, seq, WHY, PASSWORD)
    assert redaction.redactions_requested(lab.open, lab.auditor) == ()
    assert verify_open(lab.open).ok


def test_what_results_and_signatures_stand_on_is_never_emptied(lab: Lab) -> None:
    read_by_both(lab, COMP_CFV=2)
    compares(lab)
    kinds = {"reading.signed", "answer.changed", "case.opened", "case.key", "session.opened"}
    with lab.open.store.read() as snapshot:
        events = [event for event in snapshot.events() if event["kind"] in kinds]
    assert {event["kind"] for event in events} == kinds
    for event in events:
        with pytest.raises(RedactionRefusedError) as refused:
            redaction.request_redaction(lab.open, lab.coordinator, event["seq"], WHY, "NAME")
        assert refused.value.fault in {RedactionFault.KEPT, RedactionFault.NOT_THERE}


def test_the_sending_that_names_the_site_stays_and_one_that_does_not_is_emptied(lab: Lab) -> None:
    """Nothing else says which site was asked, and the numbers of its later queries count on it."""
    with lab.open.store.begin(lab.coordinator.actor(None)) as transaction:
        seq = transaction.record("query.sent", "query", None, payload={"words": f"Is this {NAME}?", "site": "S01"}).seq
    with pytest.raises(RedactionRefusedError, match="kept"):
        redacts(lab, seq)
    assert redaction.standing(lab.open, lab.coordinator, seq).refused is RedactionFault.KEPT
    redacts(lab, a_named_query(lab))


def test_nor_is_a_redaction_itself_or_what_is_gone_or_was_never_there(lab: Lab) -> None:
    seq = a_named_query(lab)
    by = redacts(lab, seq)
    for of, fault in ((seq, RedactionFault.GONE), (by, RedactionFault.KEPT), (10_000, RedactionFault.NOT_THERE)):
        with pytest.raises(RedactionRefusedError) as refused:
            redaction.request_redaction(lab.open, lab.coordinator, of, WHY, "NAME")
        assert refused.value.fault is fault


def test_a_sealed_note_is_emptied_before_the_release_which_goes_on(lab: Lab) -> None:
    dealt(lab)
    opened = opened_next(lab, lab.reader_1)
    named = filled(opened, "a word too many")
    version = reading.save(lab.open, lab.reader_1, named, version=opened.version).version
    clean = named.with_note("")
    version = reading.save(lab.open, lab.reader_1, clean, version=version).version
    reading.sign(lab.open, lab.reader_1, clean, PASSWORD, version=version)
    with lab.open.store.read() as snapshot:
        note = snapshot.events(kind="note.changed")[0]["seq"]
    redacts(lab, note)
    signs(lab, lab.reader_2)
    assert compares(lab).concordant == 1
    assert verify_open(lab.open).faults == ()


def test_an_opened_note_is_emptied_in_both_places_and_the_package_still_verifies(lab: Lab, tmp_path: Path) -> None:
    dealt(lab)
    opened = opened_next(lab, lab.reader_1)
    made = filled(opened, "a word too many")
    version = reading.save(lab.open, lab.reader_1, made, version=opened.version).version
    reading.sign(lab.open, lab.reader_1, made, PASSWORD, version=version)
    signs(lab, lab.reader_2)
    compares(lab)
    with lab.open.store.read() as snapshot:
        note = snapshot.events(kind="note.changed")[0]["seq"]
        assert snapshot.opening_of(note)["note"] == "a word too many"
    redacts(lab, note)
    with lab.open.store.read() as snapshot:
        assert [snapshot.one(table, seq=note)["body"] for table in ("event_payload", "opening")] == [None, None]  # type: ignore[index]
    assert verify_open(lab.open).faults == ()
    assert packages.verify_package(packages.export(lab.open, lab.coordinator, tmp_path / "out", PASSWORD).package).ok


def test_a_result_whose_reading_was_emptied_behind_the_back_of_the_program_is_found(lab: Lab) -> None:
    read_by_both(lab)
    compares(lab)
    with lab.open.store.read() as snapshot:
        signed = snapshot.events(kind="reading.signed")[0]["seq"]
    for session, kind, payload in (
        (lab.coordinator_2, "redaction.requested", {"reason_text": WHY}),
        (lab.coordinator, "payload.redacted", {"requested": 0, "second": lab.coordinator_2.account}),
    ):
        with lab.open.store.begin(session.actor(None)) as transaction:
            asked = transaction.events(kind="redaction.requested")
            named = {"requested": asked[0]["seq"]} if asked else {}
            done = transaction.record(kind, "event", str(signed), payload=payload | named)
            if asked:
                transaction.empty_payload(signed, done.seq)
    assert any("has to stay" in fault.what for fault in verify_open(lab.open).faults)
