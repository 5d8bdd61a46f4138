"""What a person decides about a clip in the pixel check: asked where it needs a word, done off the window's thread."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from corelab.domain.intake import Box, ClipState, IntakeCode, ObjectRefusedError
from corelab.domain.vocabulary import ClipId
from corelab.services import intake
from corelab.services.accounts import Session
from corelab.services.intake import ClipOutcome, WaitingClip
from corelab.services.labs import OpenLab
from corelab.ui import dialogs
from corelab.ui.desk import Desk
from corelab.ui.intake_words import needs_mask

Seen = Mapping[ClipId, Collection[int]]


class CheckSteps(QObject):
    """One step at a time: until the list is back, nothing else may be asked of the same clip.

    Signals:
        begun: a step is being done; carries its words.
        done: it stands; carries the clip as it is now.
        failed: it does not; carries the exception.
    """

    begun = Signal(str)
    done = Signal(object)
    failed = Signal(object)

    def __init__(self, page: QWidget, desk: Desk) -> None:
        super().__init__(page)
        self._page, self._desk = page, desk
        self.busy = False

    def mask(self, clip: WaitingClip, boxes: Sequence[Box]) -> None:
        self._do(clip, partial(intake.set_mask, self._desk.lab, self._desk.session, clip.clip, tuple(boxes)), "Making the mask...")

    def nothing_to_mask(self, clip: WaitingClip) -> None:
        words = "You looked at the clip and no frame shows text or marks that could identify a person."
        agreed = partial(self._nothing_to_mask, clip)
        dialogs.confirm(self._page, "Nothing to mask?", words, do="Nothing to mask", agreed=agreed)

    def _nothing_to_mask(self, clip: WaitingClip) -> None:
        self._do(clip, partial(intake.confirm_nothing_to_mask, self._desk.lab, self._desk.session, clip.clip), "Noting...")

    def keep_template(self, clip: WaitingClip) -> None:
        """Asked first: it is applied to every later clip of the machine, of all sites."""
        words = "What is black in this clip will be black in every later clip of the same machine, software and picture size."
        agreed = partial(self._keep_template, clip)
        dialogs.confirm(self._page, "Keep the mask for this machine?", words, do="Keep", agreed=agreed)

    def _keep_template(self, clip: WaitingClip) -> None:
        self._do(clip, partial(_kept, self._desk, clip), "Keeping the mask...")

    def accept(self, clip: WaitingClip) -> None:
        """A damaged clip with its whole frames."""
        if clip.state is ClipState.HELD and not needs_mask(clip):
            question = f"{clip.message} Why is it accepted?"
            given = partial(self._accept, clip)
            dialogs.ask_reason(self._page, f"Accept clip {clip.number} of {clip.subject} {clip.visit}?", question, do="Accept", given=given)

    def _accept(self, clip: WaitingClip, _code: str, reason: str) -> None:
        self._do(clip, partial(intake.accept_damage, self._desk.lab, self._desk.session, clip.clip, reason), "Noting...")

    def pass_on(self, clip: WaitingClip, seen: Sequence[int]) -> None:
        """One person passes, another confirms; where the lab asks for no other one, what is passed is released at once."""
        step = intake.verify_pixels if clip.state is ClipState.PASSED else _pass_and_release
        self._do(clip, partial(step, self._desk.lab, self._desk.session, (clip.clip,), {clip.clip: tuple(seen)}), "Noting...")

    def reject(self, clip: WaitingClip) -> None:
        question = "The clip never becomes readable; the site is asked for another. Why?"
        given = partial(self._reject, clip)
        dialogs.ask_reason(self._page, f"Reject clip {clip.number} of {clip.subject} {clip.visit}?", question, do="Reject", given=given)

    def _reject(self, clip: WaitingClip, _code: str, reason: str) -> None:
        self._do(clip, partial(_rejected, self._desk, clip.clip, reason), "Rejecting...")

    def _do(self, clip: WaitingClip, work: Callable[[], WaitingClip | Sequence[ClipOutcome]], words: str) -> None:
        if not self.busy:
            self.busy = True
            self.begun.emit(words)
            self._desk.jobs.query(self, work, partial(self._on_done, clip), self._on_failed)

    def _on_done(self, clip: WaitingClip, answer: WaitingClip | Sequence[ClipOutcome]) -> None:
        self.busy = False
        self.done.emit(answer if isinstance(answer, WaitingClip) else self._after(clip, answer[0]))
        if not isinstance(answer, WaitingClip) and answer[0].code:
            self.failed.emit(ObjectRefusedError(IntakeCode(answer[0].code)))

    def _after(self, clip: WaitingClip, outcome: ClipOutcome) -> WaitingClip:
        """The clip in its new state: the whole list is not asked again for one key."""
        checker = clip.checker if clip.state is ClipState.PASSED else self._desk.session.account
        return replace(clip, state=outcome.state, checker=checker, second=clip.second if outcome.second is None else outcome.second)

    def _on_failed(self, error: Exception) -> None:
        self.busy = False
        self.failed.emit(error)


def _pass_and_release(lab: OpenLab, session: Session, clips: Sequence[ClipId], seen: Seen) -> Sequence[ClipOutcome]:
    (passed,) = intake.pass_pixels(lab, session, clips, seen)
    if passed.second is not False:
        return (passed,)
    (released,) = intake.verify_pixels(lab, session, clips, seen)
    return (replace(released, second=False),)


def _rejected(desk: Desk, clip: ClipId, reason: str) -> Sequence[ClipOutcome]:
    return (intake.reject_pixels(desk.lab, desk.session, clip, reason),)


def _kept(desk: Desk, clip: WaitingClip) -> WaitingClip:
    intake.keep_template(desk.lab, desk.session, clip.clip)
    return clip
