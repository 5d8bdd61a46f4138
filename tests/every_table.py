"""A small lab in which every regulated table holds at least one row, all of it consistent: what tampering is tried on."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from corelab.domain.accounts import Meaning, Role
from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.vocabulary import ExamId
from corelab.services import accounts, adjudication, assignment, audit, checkpoints, comparison, packages
from corelab.storage.keys import Signer, make_opening
from corelab.storage.store import NewRow, Transaction
from tests.builders import PASSWORD, Lab, a_lab
from tests.life_builders import invalidates, reopens, revises
from tests.reading_builders import a_ready_exam, first, signs

CLIPS = ("S01 D10 CFV", "S01 D10 POPV")
"""What the files of the lab's two clips hold."""


def a_lab_with_every_table(tmp_path: Path) -> Lab:
    """One exam, read by two who differ, adjudicated by the services; then what no service of this version writes.

    The first reading was given back and revised, the second invalidated and read anew.
    """
    lab = a_lab(tmp_path)
    people = (lab.reader_1, lab.reader_2, lab.adjudicator)
    exam = a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, people[0], COMP_CFV=1)
    reopens(lab, people[0])
    revises(lab, people[0], COMP_CFV=2)
    signs(lab, people[1], COMP_CFV=2)
    invalidates(lab, people[1])
    reader_3 = lab.person("reader-3", Role.READER)
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, reader_3, COMP_CFV=0)
    comparison.release_and_compare(lab.open, lab.coordinator)
    _decide(lab)
    comparison.release_and_compare(lab.open, lab.coordinator)
    accounts.sign_out(lab.open, reader_3)
    _write_rest(lab, exam)
    audit.review(lab.open, lab.auditor, "All that was done so far", (), PASSWORD)
    packages.lock(lab.open, lab.coordinator, "All visits are in", PASSWORD)
    _approve_package(lab)
    return lab


def _decide(lab: Lab) -> None:
    opened = adjudication.open_case(lab.open, lab.adjudicator, first(lab, lab.adjudicator))
    draft = opened.draft
    for dispute in opened.case.disputes:
        draft = draft.decided(dispute.cell, Take.A, reason=DecisionReason.OTHER_FRAME)
    adjudication.sign(lab.open, lab.adjudicator, opened.assignment, draft, PASSWORD)


def _write_rest(lab: Lab, exam: ExamId) -> None:
    with lab.open.store.read() as snapshot:
        clip, other = snapshot.all("clip")
        gone, batch = snapshot.all("reading_invalidation")[0], snapshot.all("release_batch")[0]
        release = {"exam_id": exam, "batch_id": batch["id"], "reading_id": gone["reading_id"]}
        delivery = snapshot.all("delivery")[0]["id"]
        reader_3 = accounts.people(lab.open, lab.administrator)[-1].account
    query, ended, known = str(uuid4()), str(uuid4()), str(uuid4())
    rows = [
        NewRow("acknowledgement", _of(account_id=lab.reader_1.account, what="signature", text_hash="1" * 64)),
        NewRow("regrant", _of(envelope_sha256="2" * 64, key_id="key", sealed_key=b"sealed")),
        NewRow("site", _of(code="S01")),
        NewRow("clip_qc", _of(clip_id=clip["id"], n=1, grade="good", reasons=None)),
        NewRow("clip_withdrawal", _of(clip_id=clip["id"], reason="LABEL")),
        NewRow("clip_frames", _of(clip_id=clip["id"], size=12, rest=b"rest", frames=b"frames")),
        NewRow(
            "pixel_check", _of(clip_id=clip["id"], n=1, action="passed", person_id=lab.coordinator.account, candidate_sha256=clip["sha256"])
        ),
        NewRow("query", _of(id=query, number=1, site_code="S01", kind="other", clip_id=clip["id"], exam_id=exam)),
        NewRow("query_message", _of(query_id=query, n=1, state="cancelled", due=None)),
        NewRow("transmittal_row", _a_row_of_a_transmittal(other["id"], delivery)),
        NewRow("label_proposal", _of(clip_id=clip["id"], n=1, segment="CFV", side=None, view=None, mode=None, source="transmittal")),
        NewRow("clip_fingerprint", _of(clip_id=clip["id"], picture="a" * 64, sop_uid=clip["sop_uid"], study_date=None)),
        NewRow("clip_replacement", _of(clip_id=other["id"], replaced_id=clip["id"])),
        NewRow("mask_template", _a_template()),
        NewRow("delivery_site", _of(delivery_id=delivery, site_code="S01")),
        NewRow("deviation", _of(id=str(uuid4()), kind="unblinding", exam_id=exam)),
        NewRow("unblinding", _of(id=str(uuid4()), exam_id=exam, account_id=lab.reader_1.account)),
        NewRow("second_factor", _of(account_id=lab.reader_1.account, n=1, state="on", sealed=b"sealed")),
        NewRow("assignment", _a_repeat(ended, exam, reader_3)),
        NewRow("assignment_end", _of(assignment_id=ended, cause="withdrawn")),
        NewRow("guess", _of(id=str(uuid4()), assignment_id=ended)),
        NewRow("subject", _of(id=known, code="K01")),
        NewRow("exam", _of(id=known, subject_id=known, visit="BL", charter_hash=lab.charter_sha256, code="known")),
        NewRow("calibration_exam", _of(exam_id=known, n=1)),
        NewRow("certification", _of(id=str(uuid4()), account_id=reader_3, charter_hash=lab.charter_sha256, verdict="certified")),
        NewRow("absence", _of(account_id=reader_3, n=1, state="on")),
        NewRow("single_release", _of(id=str(uuid4()), charter_hash=lab.charter_sha256, **release)),
    ]
    with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
        transaction.record("lab.filled", "exam", exam, rows=rows, payload={"why": "filled"})


def _a_row_of_a_transmittal(clip: str, delivery: str) -> dict[str, Any]:
    said = _of(subject="S01", visit="D10", segment="CFV", side="left", view=None)
    return _of(delivery_id=delivery, n=1, state="matched", object_id=clip) | said


def _a_template() -> dict[str, Any]:
    machine = _of(manufacturer="M", model="A", software="1", rows=480, columns=640)
    return _of(id=str(uuid4()), n=1, boxes="[[0,0,639,20]]", state="active") | machine


def _a_repeat(id_: str, exam: ExamId, reader: str) -> dict[str, Any]:
    return _of(
        id=id_,
        exam_id=exam,
        reading_type="main",
        slot=4,
        attempt=1,
        kind="repeat",
        account_id=reader,
        pseudonym="P4",
        order_key="0",
        due=None,
    )


def _approve_package(lab: Lab) -> None:
    package, opening = str(uuid4()), make_opening({"kind": "demo"})
    with (
        accounts.signer(lab.open, lab.coordinator, PASSWORD) as signer,
        lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction,
    ):
        head = transaction.next_head()
        signature = transaction.signature(
            signer,
            record_type="package",
            record_id=package,
            revision=1,
            meaning=Meaning.PACKAGE_APPROVAL,
            charter_hash=lab.charter_sha256,
            content_digest=opening.digest,
        )
        cutoff = _of(cutoff_seq=head.seq - 1, head=head.prev)
        rows = [
            signature,
            NewRow("package", _of(id=package, n=1, spec_version="1", manifest_sha256="5" * 64) | cutoff),
        ]
        transaction.record("package.approved", "package", package, rows=rows, payload=opening)
        kept = NewRow("package_table", _of(package_id=package, name="readings", n=1, body=b"rows"))
        transaction.record("package.kept", "package", package, rows=[kept])
        _approve_columns(lab, transaction, signer, package)
        checkpoints.signed_row(transaction, signer)


def _approve_columns(lab: Lab, transaction: Transaction, signer: Signer, package: str) -> None:
    approval, opening = str(uuid4()), make_opening({"after": "T001", "differences": [], "reason_text": "agreed"})
    signature = transaction.signature(
        signer,
        record_type="specification_approval",
        record_id=approval,
        revision=1,
        meaning=Meaning.SPECIFICATION_APPROVAL,
        charter_hash=lab.charter_sha256,
        content_digest=opening.digest,
    )
    row = NewRow("specification_approval", _of(id=approval, package_id=package, differences="6" * 64))
    transaction.record("specification.approved", "specification_approval", approval, rows=[signature, row], payload=opening)


def _of(**values: Any) -> dict[str, Any]:
    return values
