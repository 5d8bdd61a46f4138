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
    return f"{one.at:%Y-%m-%d}  {one.person}, {one.subject} {one.visit}: {one.told.kind}, {how}, {by}. {story}".rstrip()


def unblinding_json(one: Unblinding) -> dict[str, Any]:
    named = {"person": one.person, "subject": one.subject, "visit": one.visit, "by": one.by, "at": one.at.isoformat()}
    return {**named, **one.told.to_json(one.impact)}


def _refused(error: Any) -> Words:
    return Words(f"{error.what} is no kind, person or exam that is known here.", "Nothing was recorded.", "Check how it is written.")


def _no_notice(error: Any) -> Words:
    return Words(f"No safety notice {error.notice} waits.", "Nothing was recorded.", "Look at the list: somebody may have seen to it.")


SAFETY_WORDS: Mapping[str, Callable[[Any], Words]] = MappingProxyType(
    {
        "GuessRefusedError": said(
            "This question is not asked now, or the answer is not one of those offered.",
            "Nothing was recorded.",
            "Go on with your next exam.",
        ),
        "NoticeRefusedError": _no_notice,
        "UnblindingRefusedError": _refused,
    }
)
