"""A small trial in which everything that must stay hidden has a name that stands nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.dataset import Dataset

from corelab.domain.accounts import Role
from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.queries import QueryKind
from corelab.domain.vocabulary import AssignmentId, Binding, Cell, Evidence, Grade, LabKind, SegmentId, Side
from corelab.services import accounts, adjudication, assignment, comparison, intake, queries, reading
from corelab.services.accounts import Session
from corelab.services.adjudication import OpenCase
from corelab.services.intake.exams import ExamOverview
from tests.acceptance.blinding.probes import Mark
from tests.builders import PASSWORD, Lab, TickingClock, a_lab
from tests.dicom_builders import a_file, speckle
from tests.exam_builders import changed, grade, reduced

VISIT, VISIT_LABEL, SITE, ARM = "VQX77", "Week Zymurgy", "quondam", "bramblex"
SUBJECTS = ("KESTREL-041", "KESTREL-042", "KESTREL-043")
NAME, NUMBER, DATE = "PERIWINKLE^ODETTE", "77120934", "20230619"
FILE_NAME, UID = "thimblerig scan", "1.2.840.99887766.5544"
OTHER, ME, THIRD = "quillon-marrow", "wexford-plume", "tamsin-orrery"
OTHERS_NOTE, THIRDS_NOTE = "zebrafinch-oboe-7431", "hollyhock-bassoon-2209"
OTHERS_NAME, THIRDS_NAME = "Quillon marrow", "Tamsin orrery"
SHOWN = ("CFV", "POPV")

SOURCE = (
    Mark("patient name", NAME.partition("^")[0]),
    Mark("patient number", NUMBER),
    Mark("file name at the site", FILE_NAME),
    Mark("UID at the site", UID),
    Mark("study date", DATE),
    Mark("site", SITE),
    Mark("arm", ARM),
)
"""What a site sent with its files: nobody but a coordinator with custody ever sees it, and no file holds it in clear."""

ASKED, ANSWERED, SITE_CODE = "amphora-theodolite", "gondola-metronome", "SITE-QUINCE"
QUERY = (Mark("words of a query", ASKED), Mark("answer of a site", ANSWERED), Mark("code of a site", SITE_CODE))
"""What a site was asked and answered: for coordinators and auditors."""

IDENTITY = (
    *QUERY,
    *(Mark("subject", each) for each in SUBJECTS),
    Mark("visit", VISIT),
    Mark("visit", VISIT_LABEL),
    *SOURCE,
)
OTHER_READER = (Mark("user name of the other reader", OTHER), Mark("name of the other reader", OTHERS_NAME))
ADJUDICATOR = (Mark("user name of the adjudicator", THIRD), Mark("name of the adjudicator", THIRDS_NAME))
NOTES = (Mark("note of the other reader", OTHERS_NOTE),)
THIRD_NOTES = (Mark("note of the adjudicator", THIRDS_NOTE),)
HIDDEN_FROM_READER = (*IDENTITY, *OTHER_READER, *ADJUDICATOR, *NOTES, *THIRD_NOTES)


def charter() -> bytes:
    """The shipped one, one visit of which has a name that stands nowhere else."""
    text = changed(('label = "Day 10"', f'label = "{VISIT_LABEL}"')).decode()
    return text.replace('"D10"', f'"{VISIT}"').encode()


@dataclass
class World:
    """The lab, its people, and the folder that stands for the machine of the person at hand."""

    lab: Lab
    folder: Path
    sessions: dict[str, Session] = field(default_factory=dict)

    @property
    def me(self) -> Session:
        return self.lab.person(ME, Role.READER)

    @property
    def other(self) -> Session:
        return self.lab.person(OTHER, Role.READER)

    @property
    def third(self) -> Session:
        return self.lab.person(THIRD, Role.ADJUDICATOR)

    def leave(self) -> None:
        """Whoever is to sit at the window signs out elsewhere: one person has one sign-in."""
        for user in (ME, OTHER, THIRD):
            if user in self.lab._sessions:
                accounts.sign_out(self.lab.open, self.lab._sessions.pop(user))

    # ------------------------------------------------------------ what people do

    def reads(self, session: Session, note: str = "", *, sign: bool = True, **ranks: int | str) -> AssignmentId:
        """Opens what is next, answers all of it as said (else clean), saves, and signs."""
        row = reading.worklist(self.lab.open, session).next
        assert row is not None
        opened = reading.open_reading(self.lab.open, session, row.assignment)
        made = opened.reading.with_note(note)
        for cell in made.form.cells:
            said = ranks.get(f"{cell.item}_{cell.segment}", 0)
            if cell.item != "QUAL" or said:
                clip = next(each for each in opened.clips if each.segment == cell.segment)
                made = made.answered(cell, _graded(cell, said), [Evidence(clip.sha256, 1, bound=Binding.MARKED)])
        version = reading.save(self.lab.open, session, made, version=opened.version).version
        if sign:
            reading.sign(self.lab.open, session, made, PASSWORD, version=version)
        return row.assignment

    def compares(self) -> None:
        comparison.release_and_compare(self.lab.open, self.lab.coordinator)

    def case(self) -> OpenCase:
        row = reading.worklist(self.lab.open, self.third).next
        assert row is not None
        return adjudication.open_case(self.lab.open, self.third, row.assignment)

    def decides(self, note: str = THIRDS_NOTE) -> AssignmentId:
        """Takes B everywhere."""
        opened = self.case()
        draft = opened.draft.with_note(note)
        for dispute in opened.case.disputes:
            draft = draft.decided(dispute.cell, Take.B, reason=DecisionReason.ARTERY)
        version = adjudication.save(self.lab.open, self.third, opened.assignment, draft, version=opened.version).version
        adjudication.sign(self.lab.open, self.third, opened.assignment, draft, PASSWORD, version=version)
        return opened.assignment


def _graded(cell: Cell, said: int | str) -> Grade:
    return Grade(str(said)) if cell.item == "QUAL" else grade(cell.item, said)


def a_world(folder: Path, subjects: tuple[str, ...] = SUBJECTS) -> World:
    """Exams of real files through real intake, dealt to two readers; nobody has read yet."""
    world = World(a_lab(folder, charter=charter(), kind=LabKind.DEMO, clock=TickingClock()), folder)
    assert world.me.account
    assert world.other.account
    assert world.third.account
    for number, subject in enumerate(subjects):
        _takes_in(world, subject, number)
    _asks_the_site(world, subjects[0])
    assignment.assign(world.lab.open, world.lab.coordinator)
    return world


def _asks_the_site(world: World, subject: str) -> None:
    """A query about an exam, sent, answered and closed."""
    lab, session = world.lab.open, world.lab.coordinator
    query = queries.raise_query(lab, session, QueryKind.OTHER, exam=f"{subject}:{VISIT}", site=SITE_CODE, words=ASKED)
    queries.send(lab, session, query)
    queries.answer(lab, session, query, ANSWERED)
    queries.close(lab, session, query)


def _takes_in(world: World, subject: str, number: int) -> None:
    lab, session = world.lab.open, world.lab.coordinator
    sent = world.folder / f"from {SITE}" / subject
    sent.mkdir(parents=True)
    for n, _segment in enumerate(SHOWN):
        a_file(sent / f"{FILE_NAME} {n}.dcm", _named(number, n), pixels=speckle(8, seed=10 * number + n))
    intake.take_in(lab, session, [sent], subject=subject, visit=VISIT, side=Side.LEFT)
    intake.set_subject(lab, session, subject, {"STUDY_LIMB": "left"})
    (exam,) = (each for each in intake.exams(lab, session) if each.subject == subject)
    clips = [each.clip for each in intake.waiting(lab, session) if each.subject == subject]
    for clip, segment in zip(clips, SHOWN, strict=True):
        intake.label(lab, session, clip, SegmentId(segment), Side.LEFT)
    _closes(world, exam)
    intake.pass_pixels(lab, session, clips, attended=False)
    intake.verify_pixels(lab, world.lab.coordinator_2, clips, attended=False)


def _named(number: int, n: int) -> Callable[[Dataset], None]:
    def change(made: Dataset) -> None:
        made.PatientName, made.PatientID = NAME, f"{NUMBER}{number}"
        made.StudyDate = made.ContentDate = DATE
        made.InstitutionName, made.StationName = SITE, f"{SITE}1"
        made.StudyDescription = made.ProtocolName = f"trial arm {ARM}"
        made.SOPInstanceUID = f"{UID}.{number}.{n}.1"
        made.StudyInstanceUID, made.SeriesInstanceUID = f"{UID}.{number}.2", f"{UID}.{number}.3"

    return change


def _closes(world: World, exam: ExamOverview) -> None:
    missing = tuple(SegmentId(one.id) for one in reduced().segments if one.presence == "required" and one.id not in SHOWN)
    intake.set_not_imaged(world.lab.open, world.lab.coordinator, exam.code, missing, "NOT_SCANNED")
