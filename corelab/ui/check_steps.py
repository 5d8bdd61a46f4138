"""What a person decides about a clip in the pixel check: asked where it needs a word, done off the window's thread."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from corelab.domain.intake import Box, ClipState, IntakeCode, ObjectRefusedError
from corelab.domain.vocabulary import ClipId
from corelab.services import intake
from corelab.services.intake import WaitingClip
from corelab.ui import dialogs
from corelab.ui.desk import Desk
from corelab.ui.intake_words import needs_mask


class CheckSteps(QObject):
    """One step at a time: until the list is back, nothing else may be asked of the same clip.

    Signals:
        begun: a step is being done; carries its words.
        done: it stands.
        failed: it does not; carries the exception.
    """

    begun = Signal(str)
    done = Signal()
    failed = Signal(object)

    def __init__(self, page: QWidget, desk: Desk) -> None:
        super().__init__(page)
        self._page, self._desk = page, desk
        self.busy = False

    def settle(self) -> None:
        """The list is back: the next step may be asked."""
        self.busy = False

    def mask(self, clip: WaitingClip, boxes: Sequence[Box]) -> None:
        self._do(partial(intake.set_mask, self._desk.lab, self._desk.session, clip.clip, tuple(boxes)), "Making the mask...")

    def nothing_to_mask(self, clip: WaitingClip) -> None:
        words = "You looked at the clip and no frame shows text or marks that could identify a person."
        agreed = partial(self._nothing_to_mask, clip.clip)
        dialogs.confirm(self._page, "Nothing to mask?", words, do="Nothing to mask", agreed=agreed)

    def _nothing_to_mask(self, clip: ClipId) -> None:
        self._do(partial(intake.confirm_nothing_to_mask, self._desk.lab, self._desk.session, clip), "Noting...")

    def accept(self, clip: WaitingClip) -> None:
        """A damaged clip with its whole frames."""
        if clip.state is ClipState.HELD and not needs_mask(clip):
            question = f"{clip.message} Why is it accepted?"
            given = partial(self._accept, clip.clip)
            dialogs.ask_reason(self._page, f"Accept clip {clip.number}?", question, do="Accept", given=given)

    def _accept(self, clip: ClipId, _code: str, reason: str) -> None:
        self._do(partial(intake.accept_damage, self._desk.lab, self._desk.session, clip, reason), "Noting...")

    def pass_on(self, clip: WaitingClip, seen: Sequence[int]) -> None:
        """One person passes, another confirms."""
        step = intake.verify_pixels if clip.state is ClipState.PASSED else intake.pass_pixels
        self._do(partial(step, self._desk.lab, self._desk.session, (clip.clip,), {clip.clip: tuple(seen)}), "Noting...")

    def reject(self, clip: WaitingClip) -> None:
        question = "The clip never becomes readable; the site is asked for another. Why?"
        given = partial(self._reject, clip.clip)
        dialogs.ask_reason(self._page, f"Reject clip {clip.number}?", question, do="Reject", given=given)

    def _reject(self, clip: ClipId, _code: str, reason: str) -> None:
        self._do(partial(intake.reject_pixels, self._desk.lab, self._desk.session, clip, reason), "Rejecting...")

    def _do(self, work: Callable[[], object], words: str) -> None:
        if not self.busy:
            self.busy = True
            self.begun.emit(words)
            self._desk.jobs.query(self, work, self._on_done, self._on_failed)

    def _on_done(self, answer: object) -> None:
        refused = next((each.code for each in answer if each.code), None) if isinstance(answer, tuple) else None
        if refused is not None:
            self._on_failed(ObjectRefusedError(IntakeCode(refused)))
        else:
            self.done.emit()

    def _on_failed(self, error: Exception) -> None:
        self.busy = False
        self.failed.emit(error)
