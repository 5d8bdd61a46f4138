"""What counts as a reason for a change."""

import pytest

from corelab.domain.event_payloads import PAYLOADS
from corelab.domain.reasons import Change, ChangeCause, ReasonRefusedError, ReopenCause, cause_of, change_of, reason_words
from corelab.domain.redaction import may_be_emptied


@pytest.mark.parametrize("text", ["", "   ", "\t\n", "ok", "error", "n/a", ". . . . . . . . . .", "- - - - - - -"])
def test_p11_35_a_blank_or_short_reason_is_refused(text: str) -> None:
    with pytest.raises(ReasonRefusedError):
        reason_words(text)
    with pytest.raises(ReasonRefusedError):
        change_of("SLIP", text)


def test_p11_35_a_reason_is_a_code_of_a_list_and_words() -> None:
    assert change_of("SLIP", "  typed the wrong digit ") == Change(ChangeCause.SLIP, "typed the wrong digit")
    with pytest.raises(ReasonRefusedError) as refused:
        cause_of(ReopenCause, "BECAUSE")
    assert refused.value.code == "BECAUSE"


@pytest.mark.parametrize(
    "kind",
    [
        "reading.signed",
        "adjudication.signed",
        "answer.changed",
        "case.opened",
        "case.key",
        "lock.approved",
        "payload.redacted",
        "command.refused",
    ],
)
def test_what_results_or_signatures_stand_on_is_never_emptied(kind: str) -> None:
    assert not may_be_emptied(kind)


@pytest.mark.parametrize("kind", ["note.changed", "account.reset", "query.answered"])
def test_words_that_people_typed_can_be_emptied(kind: str) -> None:
    assert may_be_emptied(kind)


def test_only_payloads_that_hold_typed_words_can_be_emptied() -> None:
    """A code or a fact names nobody: emptying it could only hide what was done. ``seen`` and ``done`` are the words of an unblinding."""
    emptied = [kind for kind in PAYLOADS if may_be_emptied(kind)]
    assert {"reading.reopened", "unblinding.reported"} <= set(emptied)
    assert [kind for kind in emptied if not PAYLOADS[kind].keys & {"reason_text", "note", "seen", "done", "words"}] == []
