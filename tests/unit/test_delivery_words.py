"""What the intake page says of a delivery: doubts about a known file, and why it ended early."""

from corelab.domain.intake import KNOWN_ELSEWHERE, Outcome
from corelab.domain.vocabulary import ClipId, Sha256
from corelab.services.intake import IntakeReport, ObjectReport
from corelab.ui.intake_words import report_words


def a_duplicate(clip: ClipId | None, words: str) -> ObjectReport:
    return ObjectReport(1, Sha256("0" * 64), Outcome.DUPLICATE, "DUPLICATE", words, clip)


def test_a_file_of_another_exam_is_named_and_a_repetition_is_only_counted() -> None:
    doubt = IntakeReport("lab", "delivery", (a_duplicate(ClipId("known"), KNOWN_ELSEWHERE),))
    assert report_words(doubt) == f"Taken in: 1 duplicate. No. 1: {KNOWN_ELSEWHERE}"
    assert report_words(IntakeReport("lab", "delivery", (a_duplicate(None, "again"),))) == "Taken in: 1 duplicate."


def test_a_delivery_that_was_stopped_says_why_and_how_much_was_kept() -> None:
    stopped = IntakeReport("lab", "delivery", (), stopped="The disk is full: make room.")
    assert report_words(stopped) == (
        "Taken in: nothing found. The disk is full: make room. Stopped at object 1; 0 kept. Deliver again for the rest."
    )
