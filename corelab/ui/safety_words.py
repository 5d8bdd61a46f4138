"""Words about safety notices, unblindings and the questions after a signature."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from corelab.domain.unblinding import Unblinding
from corelab.services.safety import SafetyNotice
from corelab.ui.said import Words, said


def notice_words(notice: SafetyNotice) -> str:
    """One line for a terminal."""
    seen = notice.acknowledged
    state = f"seen to by {seen.by}, {seen.at:%Y-%m-%d}: {seen.done}" if seen else f"waits; acknowledge {notice.id}"
    return f"{notice.subject} {notice.visit}  {notice.alert}  {notice.message}  ({state})"


def unblinding_words(one: Unblinding) -> str:
    """One line for a terminal."""
    how = "planned" if one.told.planned else "not planned"
    by = f"said by {one.by}" if one.by else f"opened by alert {one.told.alert}"
    story = " ".join(f"{label}: {words}." for label, words in (("Seen", one.told.seen), ("Done", one.told.done)) if words)
    over = one.excepted
    dealt = f"Exams are dealt all the same, {over.by}, {over.at:%Y-%m-%d}: {over.why}." if over else ""
    return " ".join(
        filter(None, (f"{one.at:%Y-%m-%d}  {one.person}, {one.subject} {one.visit}: {one.told.kind}, {how}, {by}.", story, dealt))
    )


def unblinding_json(one: Unblinding) -> dict[str, Any]:
    named = {"person": one.person, "subject": one.subject, "visit": one.visit, "by": one.by, "at": one.at.isoformat()}
    over = one.excepted
    excepted = {"by": over.by, "at": over.at.isoformat(), "why": over.why} if over else None
    return {**named, **one.told.to_json(one.impact), "excepted": excepted}


def _refused(error: Any) -> Words:
    return Words(f"{error.what} is no kind, person or exam that is known here.", "Nothing was recorded.", "Check how it is written.")


def _not_barred(error: Any) -> Words:
    return Words(f"Nothing keeps {error.person} from exams of {error.subject}.", "Nothing was recorded.", "No exception is needed.")


def _no_notice(error: Any) -> Words:
    return Words(f"No safety notice {error.notice} waits.", "Nothing was recorded.", "Look at the list: somebody may have seen to it.")


SAFETY_WORDS: Mapping[str, Callable[[Any], Words]] = MappingProxyType(
    {
        "GuessRefusedError": said(
            "This question is not asked now, or the answer is not one of those offered.",
            "Nothing was recorded.",
            "Go on with your next exam.",
        ),
        "NotBarredError": _not_barred,
        "NoticeRefusedError": _no_notice,
        "UnblindingRefusedError": _refused,
    }
)
