"""How long clips were looked at is signed as it was at the signature, also when nothing else changed since the last save."""

from pathlib import Path

from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.watching import Watched
from corelab.services import adjudication, assignment, comparison, reading
from tests.builders import PASSWORD
from tests.reading_builders import a_ready_exam, a_staffed_lab, filled, first


def test_a_case_is_signed_with_the_seconds_since_it_was_saved(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path)
    assert lab.coordinator_2.account
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    for session, rank in ((lab.reader_1, 0), (lab.reader_2, 2)):
        made = filled(reading.open_reading(lab.open, session, first(lab, session)), "", COMP_CFV=rank)
        reading.sign(lab.open, session, made, PASSWORD)
    comparison.release_and_compare(lab.open, lab.coordinator)
    of = first(lab, lab.adjudicator)
    opened = adjudication.open_case(lab.open, lab.adjudicator, of)
    draft, clip = opened.draft, opened.clips[0].sha256
    for dispute in draft.case.disputes:
        draft = draft.decided(dispute.cell, Take.A, reason=DecisionReason.OTHER_FRAME)
    played = {clip: frozenset({0, 1})}
    kept = adjudication.save(lab.open, lab.adjudicator, of, draft, played, watched={clip: Watched(5, 0, (100,))}, version=opened.version)
    adjudication.sign(
        lab.open, lab.adjudicator, of, draft, PASSWORD, played=played, watched={clip: Watched(9, 0, (100,))}, version=kept.version
    )
    assert adjudication.open_case(lab.open, lab.adjudicator, of).watched[clip] == Watched(9, 0, (100,))
