"""What a person says that clips show: typed, confirmed by one key, dropped on a vein; manoeuvre, mode and quality by keys."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from corelab.domain.charter import Charter
from corelab.domain.vocabulary import ClipId, SegmentId
from corelab.services import intake
from corelab.services.intake import ClipQuality, Mode, Quality, QualityReason, Said, View, WaitingClip
from corelab.ui.desk import Desk
from corelab.ui.intake_filters import needs_label
from corelab.ui.intake_map import placed_at
from corelab.ui.intake_table import ClipTable
from corelab.ui.intake_words import confirmable, typed_label
from corelab.ui.quality_dialog import QualityDialog

_SAY_FIRST = "Say the segment first: type its code, drop the clip on a vein, or press Enter where one is proposed."


class IntakeLabels(QObject):
    """Says it of all chosen clips at once: of each or of none.

    Signals:
        begun: something is being recorded.
        said: it stands; carries the clips as they are now.
        told: words for the person about what was not done.
        failed: it was refused; carries the exception.
    """

    begun = Signal()
    said = Signal(object)
    told = Signal(str)
    failed = Signal(object)

    def __init__(self, desk: Desk, table: ClipTable, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._table, self._page = desk, table, page
        self._charter: Charter | None = None
        table.typed.connect(self._on_typed)

    def use(self, charter: Charter) -> None:
        """What is typed is read as its segments."""
        self._charter = charter

    # ------------------------------------------------------------ the segment

    def _on_typed(self, row: int, _column: int, words: str) -> None:
        if self._charter is None or row >= len(self._table.clips):
            return
        said = typed_label(words.removesuffix("?"), self._charter)
        if said is None:
            self.told.emit(
                f"No segment of the charter is called {words}. Write the side and the code, for example R CFV or IVC; "
                "what the clip shows may follow, as in R CFV comp."
            )
            return
        clip, chosen = self._table.clips[row], self._table.chosen_clips
        self._say(dict.fromkeys((each.clip for each in (chosen if clip in chosen else (clip,))), said))

    def confirm(self) -> bool:
        """Takes what is proposed for the chosen clips; whether there was anything to take."""
        chosen = [each for each in self._table.chosen_clips if confirmable(each)]
        labels = {each.clip: Said(one.segment, one.side, one.view, one.mode) for each in chosen if (one := each.proposal) and one.segment}
        if labels:
            self._say(labels)
        return bool(labels)

    def place(self, at: str) -> None:
        """The chosen clips were dropped on this vein."""
        segment, side = placed_at(at)
        self._say(dict.fromkeys((each.clip for each in self._table.chosen_clips), Said(segment, side)))

    def pick(self, at: str) -> None:
        """A click on a vein is said of clips without label only, so that a slip changes nothing."""
        if all(needs_label(each) for each in self._table.chosen_clips):
            self.place(at)
        else:
            self.told.emit("This clip has a label. Drag it onto the vein, or type the code, to change it.")

    # ------------------------------------------------------------ what it shows, how well

    def view(self, at: int) -> None:
        self._add(lambda said: said._replace(view=tuple(View)[at]))

    def mode(self, at: int) -> None:
        self._add(lambda said: said._replace(mode=tuple(Mode)[at]))

    def quality(self, at: int) -> None:
        """Anything below diagnostic wants reasons."""
        grade, chosen = tuple(Quality)[at], self._labelled()
        if grade is Quality.DIAGNOSTIC:
            self._add(lambda said: said._replace(quality=ClipQuality(grade)))
        elif chosen:
            known = chosen[0].quality.reasons if chosen[0].quality else ()
            asked = QualityDialog(self._page, grade, len(chosen), known)
            asked.given.connect(partial(self._grade, grade))
            asked.open()

    def _grade(self, grade: Quality, reasons: tuple[QualityReason, ...]) -> None:
        self._add(lambda said: said._replace(quality=ClipQuality(grade, reasons)))

    def _add(self, more: Callable[[Said], Said]) -> None:
        self._say({each.clip: more(_as_said(each)) for each in self._labelled()}, stay=True)

    def _labelled(self) -> tuple[WaitingClip, ...]:
        chosen = self._table.chosen_clips
        if any(each.segment is None for each in chosen):
            self.told.emit(_SAY_FIRST)
            return ()
        return chosen

    # ------------------------------------------------------------ recording

    def _say(self, labels: Mapping[ClipId, Said], *, stay: bool = False) -> None:
        if labels:
            self.begun.emit()
            before = {each.clip: each for each in self._table.clips if each.clip in labels}
            work = partial(intake.label_all, self._desk.lab, self._desk.session, labels)
            self._desk.jobs.query(self, work, partial(self._on_said, before, labels, stay=stay), self.failed.emit)

    def _on_said(
        self, before: Mapping[ClipId, WaitingClip], labels: Mapping[ClipId, Said], segments: Sequence[SegmentId], *, stay: bool
    ) -> None:
        """What is known now stands in the list at once; the next clip without label is current, unless there is more to say of this one."""
        told = zip(labels.items(), segments, strict=True)
        now = tuple(_after(before[clip], said, segment) for (clip, said), segment in told if clip in before)
        following = None if stay else self._following({each.clip for each in now})
        self.said.emit(now)
        if following is not None:
            self._table.choose_clip(following)

    def _following(self, done: set[ClipId]) -> ClipId | None:
        """The next one without label below, then from the top; None: there is none."""
        clips, row = self._table.clips, max(0, self._table.current)
        if not clips or clips[min(row, len(clips) - 1)].clip not in done:
            return None
        return next((each.clip for each in (*clips[row:], *clips[:row]) if needs_label(each) and each.clip not in done), None)


def _as_said(clip: WaitingClip) -> Said:
    if clip.segment is None:
        raise LookupError(clip.clip)
    return Said(clip.segment, clip.side if clip.side and clip.side.letter else None)


def _after(clip: WaitingClip, said: Said, segment: SegmentId) -> WaitingClip:
    return replace(
        clip,
        segment=segment,
        side=said.side or clip.side or (clip.proposal.side if clip.proposal else None),
        view=said.view or clip.view,
        mode=said.mode or clip.mode,
        quality=said.quality or clip.quality or ClipQuality(Quality.DIAGNOSTIC),
    )
