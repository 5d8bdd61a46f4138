"""Saving own work: the draft kept sealed, with one sealed event for each thing that changed, and only on top of what the window knows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest
from typing import Any

from corelab.domain.clip import Clip
from corelab.domain.content import Draft, Json, Ranges, Viewing, ranges_of, viewing_json
from corelab.domain.measurement import Measurement
from corelab.domain.reading_errors import DraftChangedError
from corelab.domain.vocabulary import Sha256
from corelab.domain.watching import Watched
from corelab.services.own_work import KINDS, Envelope
from corelab.storage import readings
from corelab.storage.readings import Assignment
from corelab.storage.store import Transaction

NOTE_ROOM = 2048
MEASUREMENT_ROOM = 2048
"""Holds two outlines of as many points as there may be: no measurement takes a longer envelope than another."""
_TOLD_EVIDENCE = 4


@dataclass(frozen=True, slots=True)
class Saved:
    """When the draft was kept, and its version: the next save names it."""

    at: datetime
    version: int


# ---------------------------------------------------------------- what was shown


def viewing_of(
    clips: Sequence[Clip], played: Mapping[Sha256, frozenset[int]], watched: Mapping[Sha256, Watched] | None = None
) -> tuple[Viewing, ...]:
    """For every clip of the exam, in shown order, what was seen of it."""
    how = watched or {}
    return tuple(Viewing(clip.sha256, clip.frames, ranges_of(played.get(clip.sha256, frozenset())), how.get(clip.sha256)) for clip in clips)


def played_of(viewing: Sequence[Viewing]) -> dict[Sha256, frozenset[int]]:
    return {one.clip: frozenset(frame for first, last in one.shown for frame in range(first, last + 1)) for one in viewing if one.shown}


def watched_of(viewing: Sequence[Viewing]) -> dict[Sha256, Watched]:
    return {one.clip: one.watched for one in viewing if one.watched is not None}


# ---------------------------------------------------------------- saving


def follows(of: Assignment, before: Draft, after: Draft, version: int) -> Draft:
    """``after`` with its version, when ``before`` is the draft that the window knows. Raises DraftChangedError.

    Saving once more what stands already is no change: a window that never heard of its success can ask again.
    A draft that is kept for a signature has no version of its own: when the password is wrong, the window saves on from what it knew.
    """
    same = after.says_as(before)
    if before.version != version and not same:
        raise DraftChangedError(of.id, KINDS[of.kind])
    return replace(after, version=before.version + (0 if same or after.submit else 1))


def require_kept(of: Assignment, kept: Draft | None, signed: Draft) -> None:
    """What is signed is what was saved last. Raises DraftChangedError."""
    if kept is None or not kept.says_as(signed):
        raise DraftChangedError(of.id, KINDS[of.kind])


@dataclass(frozen=True, slots=True)
class Saving:
    """One save of a draft: what stood before, what stands now, and one sealed event for each thing that changed."""

    transaction: Transaction
    envelope: Envelope
    before: Draft
    after: Draft

    def run(self, cells: Sequence[tuple[Json, Json | None, Json | None]]) -> Saved:
        """``cells``: (segment and item, old answer, new answer) of each cell to be recorded."""
        for cell, old, new in cells:
            self._record("answer.changed", {**cell, "old": _told(old), "new": _told(new)})
        for old_one, new_one in _paired(self.before.measurements, self.after.measurements):
            self._record("measurement.changed", {"old": _measured(old_one), "new": _measured(new_one)}, MEASUREMENT_ROOM)
        if self.after.note != self.before.note:
            self._record("note.changed", {"note": self.after.note}, NOTE_ROOM)
        more = self._shown_since()
        if more:
            self._record("clips.shown", {"viewing": [viewing_json(one) for one in more]}, NOTE_ROOM)
        readings.put_draft(self.transaction, self.after, self.envelope.recipients, self.envelope.room)
        return Saved(self.transaction.now, self.after.version)

    def _shown_since(self) -> list[Viewing]:
        """Clips of which more frames were shown, or at another speed. That one was only looked at for longer is kept, but is no event."""
        known = {one.clip: _what(one) for one in self.before.viewing}
        return [one for one in self.after.viewing if known.get(one.clip) != _what(one)]

    def _record(self, kind: str, payload: Mapping[str, Any], pad_to: int = readings.ANSWER_ROOM) -> None:
        of = self.after.assignment
        self.transaction.record(kind, "assignment", of, payload=payload, seal_to=self.envelope.recipients, pad_to=pad_to)


def _what(viewing: Viewing) -> tuple[Ranges, tuple[int, ...]]:
    return viewing.shown, viewing.watched.speeds if viewing.watched is not None else ()


def _paired(before: Sequence[Measurement], after: Sequence[Measurement]) -> Iterator[tuple[Measurement | None, Measurement | None]]:
    """What is gone beside what came in its place: a moved one is one change."""
    gone, came = ([one for one in these if one not in those] for these, those in ((before, after), (after, before)))
    return zip_longest(gone, came)


def _measured(one: Measurement | None) -> Json | None:
    return one.to_json() if one is not None else None


def _told(answer: Json | None) -> Json | None:
    """An answer as its event tells it: short enough that no answer takes a longer envelope than another."""
    if answer is None:
        return None
    pieces = [[one["clip"][:16], *one["frames"]] for one in answer["evidence"]]
    short = {key: value for key, value in answer.items() if key not in {"evidence", "item", "segment"}}
    return {**short, "evidence": pieces[:_TOLD_EVIDENCE], "pieces": len(pieces)}
