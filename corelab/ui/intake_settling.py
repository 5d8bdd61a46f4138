"""What holds a clip or an exam up is settled on the spot: accepted for a reason, sent back to the site, or asked of it."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from corelab.domain.intake import ClipState, IntakeCode
from corelab.domain.queries import QueryFault, QueryKind, QueryRefusedError
from corelab.domain.vocabulary import ClipId
from corelab.services import intake, queries
from corelab.services.intake import ExamOverview, Finding, Quality, WaitingClip
from corelab.ui import dialogs
from corelab.ui.desk import Desk
from corelab.ui.intake_words import needs_mask, settled, whole_of, whole_words
from corelab.ui.query_words import KIND_WORDS

Facts = Mapping[str, str]
_BY_FINDING = {
    Finding.PATIENT: QueryKind.IDENTITY_MISMATCH,
    Finding.SIDE_CONFLICT: QueryKind.SIDE_CONFLICT,
    Finding.SEGMENT_CONFLICT: QueryKind.SEGMENT_CONFLICT,
    Finding.VISIT_WINDOW: QueryKind.VISIT_WINDOW,
    Finding.OTHER_CONTENT: QueryKind.DUPLICATE,
    Finding.REPEATED_ELSEWHERE: QueryKind.DUPLICATE,
}


class Settling(QObject):
    """Asks where a reason is needed; the services do it.

    Signals:
        begun: something is being recorded.
        done: it stands; carries words about it.
        failed: it does not; carries the exception.
    """

    begun = Signal()
    done = Signal(str)
    failed = Signal(object)

    def __init__(self, desk: Desk, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._page = desk, page

    def accept(self, clip: WaitingClip | None) -> None:
        """A damaged clip with its whole frames, or one whose patient was doubted."""
        if clip is not None and clip.state is ClipState.HELD and not needs_mask(clip):
            words = f"{clip.message} Why is it accepted?"
            given = partial(self._accept, clip)
            dialogs.ask_reason(self._page, accept_words(clip, question=True), words, do="Accept", given=given)

    def _accept(self, clip: WaitingClip, _code: str, reason: str) -> None:
        work = partial(intake.accept_damage, self._desk.lab, self._desk.session, clip.clip, reason)
        self._do(work, f"Clip {clip.number} is accepted.")

    def replace(self, clip: WaitingClip | None) -> None:
        """It came again with other content: the earlier one goes when this one is released."""
        if clip is not None and clip.earlier is not None:
            words = (
                "The exam has an earlier clip with the same identifier. It is withdrawn when this one is released, and what was read of it "
                "is invalidated. Both are kept. Why does it take its place?"
            )
            title = f"Take clip {clip.number} in its place?"
            dialogs.ask_reason(self._page, title, words, do="Replace", given=partial(self._replace, clip, clip.earlier))

    def _replace(self, clip: WaitingClip, earlier: ClipId, _code: str, reason: str) -> None:
        work = partial(intake.replace_clip, self._desk.lab, self._desk.session, clip.clip, earlier, reason)
        self._do(work, f"Clip {clip.number} takes the place of the earlier one when it is released.")

    def reject(self, clips: tuple[WaitingClip, ...]) -> None:
        found = tuple(each for each in clips if not settled(each))
        if found:
            which = f"clip {found[0].number} of {found[0].subject} {found[0].visit}" if len(found) == 1 else f"{len(found)} clips"
            words = "What is rejected never becomes readable; the site may send another. Why?"
            dialogs.ask_reason(self._page, f"Reject {which}?", words, do="Reject", given=partial(self._reject, found))

    def _reject(self, clips: tuple[WaitingClip, ...], _code: str, reason: str) -> None:
        self._do(partial(_rejected, self._desk, clips, reason), f"Rejected: {len(clips)}. Both files and reason are kept.")

    def ask_site(self, clip: WaitingClip | None) -> None:
        """One key where it is plain what to ask; else in words."""
        if clip is None:
            return
        kind = kind_for(clip)
        if kind is not None:
            self._ask(clip, kind, "")
        else:
            words = f"Clip {clip.number} of {clip.subject} {clip.visit}. No names and no dates: the site knows the clip by these codes."
            given = partial(self._ask_in_words, clip)
            dialogs.ask_reason(self._page, "What is the site asked?", words, do="Raise query", given=given)

    def _ask_in_words(self, clip: WaitingClip, _code: str, words: str) -> None:
        self._ask(clip, QueryKind.OTHER, words)

    def _ask(self, clip: WaitingClip, kind: QueryKind, words: str) -> None:
        facts = facts_for(clip, kind)
        work = partial(queries.raise_query, self._desk.lab, self._desk.session, kind, clip=clip.clip, facts=facts, words=words)
        self._do(work, f"A query about clip {clip.number} waits to be sent: {KIND_WORDS[kind]}")

    def ask_missing(self, exam: ExamOverview | None) -> None:
        """Every segment that the exam still misses is asked for; what is asked already is not asked twice."""
        if exam is not None and exam.completeness.missing:
            segments = exam.completeness.missing
            count = f"{len(segments)} {'query' if len(segments) == 1 else 'queries'}"
            title = f"Raise {count} to the site about {exam.subject} {exam.visit}?"
            words = f"Missing: {', '.join(segments)}. What is asked already is not asked twice."
            dialogs.confirm(self._page, title, words, do="Raise", agreed=partial(self._ask_missing, exam))

    def _ask_missing(self, exam: ExamOverview) -> None:
        missing = ", ".join(exam.completeness.missing)
        told = f"Queries about what is missing of {exam.subject} {exam.visit} wait to be sent: {missing}."
        self._do(partial(_asked_for, self._desk, exam), told)

    def _do(self, work: Callable[[], object], told: str) -> None:
        self.begun.emit()
        self._desk.jobs.query(self, work, partial(self._on_done, told), self.failed.emit)

    def _on_done(self, told: str, _answer: object) -> None:
        self.done.emit(told)


def accept_words(clip: WaitingClip, *, question: bool = False) -> str:
    """What accepting means for this clip."""
    if clip.code == IntakeCode.IDENTITY_MISMATCH.value:
        return f"Is clip {clip.number} of the same patient?" if question else "It is the same patient"
    whole = whole_words(clip) or "the frames that are whole"
    return f"Accept {whole} of clip {clip.number}?" if question else f"Accept {whole}"


def kind_for(clip: WaitingClip) -> QueryKind | None:
    """What there is to ask about a clip; None: only a person knows."""
    if clip.code == IntakeCode.IDENTITY_MISMATCH.value:
        return QueryKind.IDENTITY_MISMATCH
    found = next((kind for finding, kind in _BY_FINDING.items() if finding in clip.checks), None)
    if found is None and clip.state is ClipState.HELD and not needs_mask(clip):
        found = QueryKind.DAMAGED_CLIP
    if found is None and clip.quality is not None and clip.quality.grade is Quality.NON_DIAGNOSTIC:
        found = QueryKind.QUALITY
    return found


def facts_for(clip: WaitingClip, kind: QueryKind) -> Facts:
    """The codes that its text is filled with."""
    match kind:
        case QueryKind.DAMAGED_CLIP:
            whole, declared = whole_of(clip)
            return {"frames": str(whole), "declared": str(declared)}
        case QueryKind.SIDE_CONFLICT:
            return _two("side", (each.side.value for each in clip.evidence if each.side))
        case QueryKind.SEGMENT_CONFLICT:
            return _two("segment", (each.segment for each in clip.evidence if each.segment))
        case QueryKind.QUALITY:
            return {"reason": clip.quality.reasons[0].value} if clip.quality and clip.quality.reasons else {}
        case _:
            return {"code": clip.code} if clip.code else {}


def _two(name: str, said: Iterator[str]) -> Facts:
    """What one source says, and what another does."""
    return dict(zip((name, f"other_{name}"), dict.fromkeys(said), strict=False))


def _rejected(desk: Desk, clips: tuple[WaitingClip, ...], reason: str) -> None:
    for each in clips:
        intake.reject_pixels(desk.lab, desk.session, each.clip, reason)


def _asked_for(desk: Desk, exam: ExamOverview) -> None:
    """Raises QueryRefusedError where all of it is asked already."""
    missing = [each for each in exam.completeness.segments if each.segment in exam.completeness.missing]
    refused: list[QueryRefusedError] = []
    for each in missing:
        facts = {"segment": each.segment, **({"side": each.side.value} if each.side else {})}
        try:
            queries.raise_query(desk.lab, desk.session, QueryKind.VIEW_MISSING, exam=exam.id, facts=facts)
        except QueryRefusedError as error:
            if error.fault is not QueryFault.SAME:
                raise
            refused.append(error)
    if refused and len(refused) == len(missing):
        raise refused[0]
