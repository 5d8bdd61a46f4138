"""What an auditor reads: lines by filter and page, old and new values, reasons; never what is sealed."""

from datetime import timedelta
from pathlib import Path

import pytest

from corelab.domain.accounts import Role
from corelab.domain.record_errors import NotPermittedError, PasswordWrongError
from corelab.domain.trail import TrailFilter, TrailLine, ValueOf, Visibility
from corelab.domain.vocabulary import Side
from corelab.services import accounts, assignment, audit, comparison, reading, verification
from corelab.storage import registry
from corelab.ui.event_words import WORDING, happened, record_words
from tests.builders import PASSWORD, Lab
from tests.exam_builders import cell, grade
from tests.reading_builders import a_ready_exam, a_staffed_lab, filled, opened_next, signs


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """For tests that only read."""
    return _compared(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return _compared(tmp_path)


def _compared(folder: Path) -> Lab:
    """Two exams, both read and released; one answer was changed before its signature."""
    made = a_staffed_lab(folder)
    for visit in ("BL", "D10"):
        a_ready_exam(made, visit=visit)
    assignment.assign(made.open, made.coordinator)
    _changes_an_answer_and_signs(made)
    signs(made, made.reader_1)
    while reading.worklist(made.open, made.reader_2).next is not None:
        signs(made, made.reader_2)
    comparison.release_and_compare(made.open, made.coordinator)
    assert made.auditor.account
    return made


def _changes_an_answer_and_signs(lab: Lab) -> None:
    opened = opened_next(lab, lab.reader_1)
    first = filled(opened, COMP_CFV=2)
    saved = reading.save(lab.open, lab.reader_1, first)
    last = first.answered(cell("COMP.CFV"), grade("COMP", 0), first.answers[cell("COMP.CFV")].evidence)
    saved = reading.save(lab.open, lab.reader_1, last, version=saved.version)
    reading.sign(lab.open, lab.reader_1, last, PASSWORD, version=saved.version)


def lines(lab: Lab, **asked: object) -> tuple[TrailLine, ...]:
    return audit.trail(lab.open, lab.auditor, TrailFilter(**asked))  # type: ignore[arg-type]  # the filter's own fields


def _changed(lab: Lab) -> ValueOf:
    """The answer that was changed."""
    told = audit.changes_of(lab.open, lab.auditor, lines(lab, kinds=("answer.changed",)))
    return next(change.of for changes in told.values() for change in changes if change.old and change.old != change.new)


def test_the_trail_says_who_did_what_when_where_on_which_record_and_why(lab: Lab) -> None:
    accounts.set_roles(lab.open, lab.administrator, lab.reader_2.account, {Role.READER, Role.ADJUDICATOR}, "reads and decides")
    (line,) = lines(lab, kinds=("account.roles",))
    assert (line.person, line.role, happened(line), record_words(line.record)) == (
        "Administrator",
        "administrator",
        "Roles changed",
        "Account of Reader 2",
    )
    assert line.reason_text == "reads and decides"
    assert line.workstation == lab.open.machine.host
    assert line.local.utcoffset() == timedelta(hours=1)
    signed = lines(lab, kinds=("reading.signed",))
    both = {f"Reading of Reader {n}, S01 {visit}" for n in (1, 2) for visit in ("BL", "D10")}
    assert {record_words(one.record) for one in signed} == both


def test_lines_come_in_pages_that_join_without_gap(shared: Lab) -> None:
    everything = [line.seq for line in lines(shared)]
    assert everything == list(range(1, len(everything) + 1))
    found: list[int] = []
    before, more = None, True
    while more:
        page = audit.page(shared.open, shared.auditor, before=before, limit=7)
        assert len(page.lines) <= 7
        assert page.total == len(everything)
        found += [line.seq for line in page.lines]
        before, more = found[-1], page.more
    assert found == everything[::-1]


def test_p11_41_the_trail_is_filtered_by_exam_subject_person_time_and_kind(shared: Lab) -> None:
    everything = lines(shared)
    bl = lines(shared, case="S01:BL")
    assert bl
    assert all(line.record.visit == "BL" for line in bl if line.record.kind != "subject")
    assert {"reading.signed", "answer.changed", "exam.assigned", "exam.compared"} <= {line.kind for line in bl}
    assert {line.seq for line in bl} | {line.seq for line in lines(shared, case="S01:D10")} == {
        line.seq for line in lines(shared, case="S01")
    }
    assert {line.person for line in lines(shared, person="reader-1")} == {"Reader 1"}
    assert lines(shared, person="Reader 1") == lines(shared, person="reader-1")
    middle = everything[len(everything) // 2]
    assert [line.seq for line in lines(shared, since=middle.at)] == [line.seq for line in everything if line.at >= middle.at]
    assert [line.seq for line in lines(shared, until=middle.at)] == [line.seq for line in everything if line.at <= middle.at]
    assert {line.kind for line in lines(shared, kinds=("reading",))} == {"reading.opened", "reading.signed"}
    for nothing in ({"case": "S99"}, {"person": "nobody"}, {"kinds": ("no.such",)}):
        assert lines(shared, **nothing) == ()


def test_changes_of_values_are_found_by_themselves(lab: Lab) -> None:
    accounts.set_roles(lab.open, lab.administrator, lab.reader_2.account, {Role.READER, Role.ADJUDICATOR}, "reads and decides")
    kinds = {line.kind for line in lines(lab, changes=True)}
    assert {"answer.changed", "account.roles"} <= kinds
    assert not {"session.opened", "account.invited", "reading.opened", "exam.assigned"} & kinds


def test_p11_34_the_history_of_an_answer_has_old_and_new_value_after_its_release(shared: Lab) -> None:
    history = audit.history(shared.open, shared.auditor, _changed(shared))
    told = [(change.old, change.new) for one in history for change in one.changes if change.field == "answer"]
    full, none = "Full: walls meet under light pressure", told[0][1]
    assert none is not None
    assert none.startswith("None")
    assert told == [(None, none), (none, full)]
    assert {one.line.person for one in history} == {"Reader 1"}


def test_before_the_release_nobody_reads_a_value_but_sees_that_one_was_changed(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path)
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.reader_1, "sentinel note", COMP_CFV=2)
    for person in (lab.auditor, lab.coordinator):
        for line in audit.trail(lab.open, person, TrailFilter(case="S01:D10")):
            facts = audit.event(lab.open, person, line.seq)
            if line.kind in {"answer.changed", "note.changed", "reading.signed", "alerts.checked"}:
                assert line.visibility is Visibility.SEALED
                assert (facts.changes, facts.facts) == ((), ())
            assert "sentinel" not in repr(facts)
        (assigned,) = {line.record.id for line in audit.trail(lab.open, person, TrailFilter(kinds=("answer",)))}
        history = audit.history(lab.open, person, ValueOf("answer", (str(assigned), "CFV", "COMP")))
        assert history
        assert all(one.changes == () for one in history)


def test_an_auditor_never_sees_which_reading_is_a_while_a_case_is_open(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path)
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2, COMP_CFV=2)
    assert comparison.release_and_compare(lab.open, lab.coordinator).cases == 1
    for kind in ("case.key", "case.opened"):
        (line,) = lines(lab, kinds=(kind,))
        facts = audit.event(lab.open, lab.auditor, line.seq)
        assert (facts.line.visibility, facts.facts) == (Visibility.SEALED, ())
        assert {change.of.table for change in facts.changes} <= {"exam_status"}


def test_labels_roles_settings_and_attributes_have_a_history(lab: Lab) -> None:
    with lab.open.store.begin(lab.coordinator.actor(None)) as transaction:
        clip = transaction.all("clip")[0]["id"]
        label = registry.label_of(transaction, clip)
        transaction.record("clip.labelled", "clip", clip, rows=[registry.label_row(clip, label, "FV_MID", Side.LEFT)])
        subject = transaction.all("subject")[0]["id"]
        limb = registry.attribute_row(transaction, subject, "STUDY_LIMB", "right")
        transaction.record("subject.set", "subject", subject, rows=[limb], reason="CORRECTED")
    (line,) = lines(lab, kinds=("clip.labelled",))
    (change,) = audit.event(lab.open, lab.auditor, line.seq).changes
    assert (change.field, change.new) == ("segment", "FV_MID")
    assert change.old in {"CFV", "POPV"}
    assert WORDING.change(change) == f"Segment: {change.old} \u2192 FV_MID"
    history = audit.history(lab.open, lab.auditor, ValueOf("subject_attribute", (subject, "STUDY_LIMB", "")))
    assert [(change.old, change.new) for one in history for change in one.changes] == [(None, "left"), ("left", "right")]
    assert history[-1].line.reason_code == "CORRECTED"


def test_a_release_is_no_early_opening_and_an_opening_without_one_is(lab: Lab) -> None:
    assert lines(lab, before_release=True) == ()
    a_ready_exam(lab, "S02", "BL")
    with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
        exam = [row["id"] for row in transaction.all("exam")][-1]
        transaction.record("sealed.opened", "lab", lab.open.lab_id, payload={"scope": "monitoring", "count": 2, "exams": [exam]})
    (early,) = lines(lab, before_release=True)
    assert early.person == "Coordinator"


@pytest.mark.parametrize("who", ["reader_1", "adjudicator", "administrator"])
def test_others_read_no_trail(shared: Lab, who: str) -> None:
    session = getattr(shared, who)
    of = ValueOf("setting", ("pixel_check",))
    for ask in (audit.page, audit.trail, audit.reviews, audit.released):
        with pytest.raises(NotPermittedError):
            ask(shared.open, session)
    with pytest.raises(NotPermittedError):
        audit.event(shared.open, session, 1)
    with pytest.raises(NotPermittedError):
        audit.history(shared.open, session, of)


# ---------------------------------------------------------------- reviews


def test_p11_41_a_review_of_the_trail_is_a_signed_record_that_verifies(lab: Lab) -> None:
    before = lines(lab)[-1]
    made = audit.review(lab.open, lab.auditor, " All of January ", ["One clip was mapped anew", " Nobody unlocked "], PASSWORD)
    assert made.findings == ("One clip was mapped anew", "Nobody unlocked")
    assert made.scope == "All of January"
    assert made.last >= before.seq
    assert (made.signature.printed_name, made.signature.meaning) == ("Auditor 1", "audit review")
    assert audit.reviews(lab.open, lab.auditor) == (made,)
    assert audit.reviews(lab.open, lab.coordinator) == (made,)
    assert verification.verify_open(lab.open).faults == ()
    assert lines(lab, kinds=("audit.reviewed",))[0].role == "auditor"


@pytest.mark.parametrize(("scope", "findings"), [(" ", ()), ("x" * 501, ()), ("All", ("",)), ("All", ("x" * 2001,))])
def test_a_review_that_says_nothing_is_refused(shared: Lab, scope: str, findings: tuple[str, ...]) -> None:
    with pytest.raises(audit.ReviewRefusedError):
        audit.review(shared.open, shared.auditor, scope, findings, PASSWORD)
    assert audit.reviews(shared.open, shared.auditor) == ()


def test_only_an_auditor_with_the_password_signs_a_review(lab: Lab) -> None:
    with pytest.raises(NotPermittedError):
        audit.review(lab.open, lab.coordinator, "All", (), PASSWORD)
    with pytest.raises(PasswordWrongError):
        audit.review(lab.open, lab.auditor, "All", (), "not the password at all")
    assert audit.reviews(lab.open, lab.auditor) == ()
