"""For every service function that a person uses: the command it belongs to, and a call of it that changes nothing.

A call names what does not exist, or gives what cannot be; ``otherwise`` is how it then fails for those who may call it.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from corelab import services
from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Command, Role
from corelab.domain.archives import ArchiveAddressRefusedError
from corelab.domain.charter import CharterError
from corelab.domain.clip import Clip, Timing, TimingSource
from corelab.domain.drops import DropRefusedError
from corelab.domain.intake import IntakeRefusedError
from corelab.domain.moving import MoveRefusedError
from corelab.domain.queries import QueryKind, QueryRefusedError
from corelab.domain.reading_errors import NotYoursError
from corelab.domain.reading_states import StateRefusedError
from corelab.domain.record_errors import AccessRefusedError, CodeRefusedError, PersonRefusedError, SignInRefusedError
from corelab.domain.redaction import RedactionRefusedError
from corelab.domain.tracing import FrameUnknownError, RowUnknownError
from corelab.domain.trail import TrailFilter, ValueOf
from corelab.domain.unblinding import Told, UnblindingRefusedError
from corelab.domain.vocabulary import AccountId, AssignmentId, ClipId, SegmentId, Sha256, Side
from corelab.services.audit import NoSuchReadingError, ReviewRefusedError
from corelab.services.certification import CertificateUnknownError
from corelab.services.charter_versions import CharterUnknownError
from corelab.services.clips import ClipMissingError
from corelab.services.drops import Wanted
from corelab.services.packages.errors import NothingToApproveError, NotLockedError
from corelab.services.safety import NoticeRefusedError
from corelab.ui.event_words import WORDING
from tests.exam_builders import a_reading


class Ask(Enum):
    """Why a function asks for no command."""

    SELF = "what everybody may do about themselves"
    PART = "a step of other services, which ask; nothing above the services may call it"


@dataclass(frozen=True, slots=True)
class Call:
    """``commands``: any one of them is enough."""

    commands: frozenset[Command]
    arguments: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)
    otherwise: tuple[type[Exception], ...] = ()


def by(*commands: Command, otherwise: type[Exception] | None = None) -> Callable[..., Call]:
    """Makes the call from its arguments after lab and session."""
    errors = () if otherwise is None else (otherwise,)
    return lambda *arguments, **keywords: Call(frozenset(commands), arguments, keywords, errors)


NOBODY, NOTHING, NO_CLIP, WHY = AccountId("nobody"), AssignmentId("nothing"), ClipId("no clip"), "the reason"
CFV, NO_FOLDER = SegmentId("CFV"), Path("/dev/null/no")
A_CLIP = Clip(Sha256("c" * 64), 8, 8, Timing(TimingSource.FRAME_TIME, (40.0,)))
A_CASE = None

_unknown_person = by(Command.ACCOUNT, otherwise=PersonRefusedError)
_not_read = by(Command.READ, otherwise=NotYoursError)
_not_decided = by(Command.ADJUDICATE, otherwise=NotYoursError)
_no_reading = by(Command.AUDIT, otherwise=NoSuchReadingError)
_no_query = by(Command.QUERY, otherwise=QueryRefusedError)
_no_clip = by(Command.PIXELS, otherwise=IntakeRefusedError)

SERVICES: Mapping[str, Call | Ask] = MappingProxyType(
    {
        "access.rules": by(Command.PEOPLE)(),
        "access.set_rule": by(Command.ACCOUNT, otherwise=AccessRefusedError)("nothing", "", WHY),
        "accounts.people": by(Command.PEOPLE)(),
        "accounts.add_person": _unknown_person("somebody", "", {Role.READER}, IdentityCheck.KNOWN),
        "accounts.change_password": Ask.SELF,
        "accounts.deactivate": _unknown_person(NOBODY, WHY),
        "accounts.unlock": _unknown_person(NOBODY, WHY),
        "accounts.set_roles": _unknown_person(NOBODY, {Role.READER}, WHY),
        "accounts.rename": _unknown_person(NOBODY, "Another name", WHY),
        "accounts.reset": _unknown_person(NOBODY, WHY, IdentityCheck.KNOWN),
        "custody_grants.holds_custody": by(Command.PEOPLE)(),
        "custody_grants.grant_custody": by(Command.CUSTODY, otherwise=PersonRefusedError)(NOBODY),
        "agreed_exams.add": by(Command.TRAINING, otherwise=OSError)(NO_FOLDER),
        "calibration_exams.fill": Ask.PART,
        "calibration_exams.open_exam": Ask.PART,
        "calibration.calibration_set": by(Command.STATUS)(),
        "calibration.make": by(Command.TRAINING)(0),
        "certification.certificates": by(Command.PEOPLE)(),
        "certification.certify": by(Command.TRAINING, otherwise=PersonRefusedError)(NOBODY),
        "certification.certify_elsewhere": by(Command.TRAINING, otherwise=PersonRefusedError)(NOBODY, "in another lab"),
        "certification.figures": by(Command.TRAINING, otherwise=CertificateUnknownError)("none"),
        "training.record_training": by(Command.TRAINING, otherwise=PersonRefusedError)(NOBODY, "0" * 64),
        "adjudication.open_case": _not_decided(NOTHING),
        "adjudication.save": _not_decided(NOTHING, A_CASE),
        "adjudication.sign": _not_decided(NOTHING, A_CASE, "the password"),
        "assignment.assign": by(Command.ASSIGN)(),
        "assignment.chance": Ask.PART,
        "reader_changes.absent_people": by(Command.PEOPLE)(),
        "reader_changes.declare_absence": by(Command.ASSIGN, otherwise=PersonRefusedError)(NOBODY, WHY, absent=True),
        "reader_changes.replace_reader": by(Command.ASSIGN, otherwise=PersonRefusedError)(NOBODY, "AWAY", WHY),
        "audit.handing_out.export_reading": _no_reading("none", Path("nowhere"), WORDING),
        "audit.handing_out.print_reading": _no_reading("none", Path("nowhere"), WORDING),
        "audit.handing_out.print_trail": by(Command.AUDIT, otherwise=OSError)(TrailFilter(), Path("no folder/no file"), WORDING, ""),
        "audit.reading_record.record": _no_reading("none"),
        "audit.reading_record.released": by(Command.AUDIT)(),
        "audit.reading_the_trail.changes_of": by(Command.AUDIT)(()),
        "audit.reading_the_trail.event": by(Command.AUDIT)(1),
        "audit.reading_the_trail.history": by(Command.AUDIT)(ValueOf("setting", ("nothing",))),
        "audit.reading_the_trail.page": by(Command.AUDIT)(),
        "audit.reading_the_trail.trail": by(Command.AUDIT)(),
        "audit.reviews.review": by(Command.REVIEW, otherwise=ReviewRefusedError)(" ", (), "the password"),
        "audit.reviews.reviews": by(Command.AUDIT)(),
        "screen.locked": Ask.SELF,
        "screen.unlock": Ask.SELF,
        "archive_changes.shown": by(Command.BACKUP)(),
        "archive_changes.check": by(Command.BACKUP)(),
        "archive_changes.copy": by(Command.BACKUP, otherwise=ArchiveAddressRefusedError)("ftp://no"),
        "archive_changes.choose": by(Command.BACKUP, otherwise=PersonRefusedError)("", " "),
        "archive_changes.limit_cache": by(Command.BACKUP, otherwise=ValueError)(0),
        "moving.move": by(Command.BACKUP, otherwise=MoveRefusedError)(NO_FOLDER, state=NO_FOLDER),
        "backup.back_up": by(Command.BACKUP, otherwise=OSError)(NO_FOLDER / "lab.backup"),
        "checkpoints.save": by(Command.EXPORT, otherwise=OSError)("the password", NO_FOLDER / "checkpoint.txt"),
        "checkpoints.set_witness": by(Command.EXPORT, otherwise=OSError)(NO_FOLDER),
        "checkpoints.sign": by(Command.EXPORT, otherwise=SignInRefusedError)("not the password at all"),
        "trail_export.export_trail": by(Command.AUDIT, otherwise=OSError)(NO_FOLDER / "trail"),
        "charter_approval.approve": by(Command.CHARTER, otherwise=CharterError)(b"no charter", "the password"),
        "charter_versions.check_later": by(Command.CHARTER)(b"no charter"),
        "charter_versions.printed": by(Command.CHARTER, otherwise=CharterUnknownError)("0" * 64),
        "charter_versions.versions": by(Command.CHARTER)(),
        "clips.open_clip": by(Command.READ, Command.ADJUDICATE, otherwise=ClipMissingError)(A_CLIP),
        "comparison.release_and_compare": by(Command.COMPARE)(),
        "custody.recover": by(Command.CUSTODY, otherwise=CodeRefusedError)("no code", "the password"),
        "custody_facts.custody_facts": by(Command.PEOPLE)(),
        "custody_facts.news": Ask.SELF,
        "custody.rotate": by(Command.CUSTODY, otherwise=PersonRefusedError)(" ", "the password"),
        "drops.listening.listen": by(Command.INTAKE, otherwise=DropRefusedError)(Wanted("", (), 0), None, bool),
        "drops.spool.record_abandoned": Ask.PART,
        "drops.spool.recorded": Ask.PART,
        "drops.steps.discard_drop": by(Command.INTAKE, otherwise=DropRefusedError)(0, WHY),
        "drops.steps.drops": by(Command.INTAKE)(),
        "drops.steps.take_drop": by(Command.INTAKE, otherwise=DropRefusedError)(0),
        "intake.delivery.take_in": by(Command.INTAKE, otherwise=IntakeRefusedError)((), subject="", visit=""),
        "intake.exams.exams": by(Command.STATUS)(),
        "intake.exams.set_not_imaged": by(Command.EXAM, otherwise=IntakeRefusedError)("no exam", (CFV,), None),
        "intake.subjects.set_facts": by(Command.SUBJECT, otherwise=IntakeRefusedError)("", {}),
        "intake.subjects.set_subject": by(Command.SUBJECT, otherwise=IntakeRefusedError)("", {}),
        "intake.missing_views.ask_for_views": by(Command.QUERY, otherwise=IntakeRefusedError)("no exam"),
        "intake.labels.label": by(Command.LABEL, otherwise=IntakeRefusedError)(NO_CLIP, CFV, Side.LEFT),
        "intake.labels.label_all": by(Command.LABEL)({}),
        "intake.pictures.contact_sheet": _no_clip(NO_CLIP),
        "intake.accepted.accepted": by(Command.PEOPLE)(),
        "intake.accepted.set_accepted": by(Command.ACCOUNT, otherwise=IntakeRefusedError)("no kind", WHY, on=True),
        "intake.eyes.needs_second": Ask.PART,
        "intake.eyes.pixel_rule": by(Command.PEOPLE)(),
        "intake.eyes.set_pixel_rule": by(Command.ACCOUNT, otherwise=IntakeRefusedError)("no rule", WHY),
        "intake.eyes.with_second": Ask.PART,
        "intake.pictures.pictures": _no_clip(NO_CLIP),
        "intake.pixels.accept_damage": _no_clip(NO_CLIP, WHY),
        "intake.pixels.confirm_nothing_to_mask": _no_clip(NO_CLIP),
        "intake.pixels.pass_pixels": _no_clip((NO_CLIP,)),
        "intake.pixels.reject_pixels": _no_clip(NO_CLIP, WHY),
        "intake.pixels.set_mask": _no_clip(NO_CLIP, ()),
        "intake.pixels.verify_pixels": _no_clip((NO_CLIP,)),
        "intake.pixels.waiting": by(Command.PIXELS)(),
        "intake.release.release": Ask.PART,
        "intake.replacing.replace_clip": by(Command.INTAKE, otherwise=IntakeRefusedError)(NO_CLIP, NO_CLIP, WHY),
        "intake.strays.set_strays_aside": Ask.PART,
        "intake.templates.keep_template": _no_clip(NO_CLIP),
        "intake.templates.retire_template": by(Command.PIXELS, otherwise=IntakeRefusedError)("no template", WHY),
        "intake.templates.templates": by(Command.PIXELS)(),
        "monitoring.expecting.from_file": by(Command.AGREEMENT, otherwise=OSError)(NO_FOLDER),
        "monitoring.of_lab.look": by(Command.AGREEMENT)(),
        "notices.confirm": Ask.SELF,
        "notices.unseen": Ask.SELF,
        "own_work.record_refusal": Ask.PART,
        "own_work.signed_before": Ask.PART,
        "packages.locking.lock": by(Command.LOCK, otherwise=ValueError)(" ", "the password"),
        "packages.approving.approve_specification": by(Command.EXPORT, otherwise=NothingToApproveError)(WHY, "the password"),
        "packages.approving.specification": by(Command.EXPORT)(),
        "packages.writing.export": by(Command.EXPORT, otherwise=SignInRefusedError)("nowhere", "not the password at all"),
        "packages.writing.preview": by(Command.EXPORT)(),
        "exam_records.exam_records": by(Command.STATUS)(),
        "invalidation.invalidate": by(Command.INVALIDATE, otherwise=StateRefusedError)("nothing", "CLIPS", WHY, "the password"),
        "packages.unlocking.unlock": by(Command.LOCK, otherwise=NotLockedError)(WHY, "the password"),
        "copies.hand_out": Ask.PART,
        "queries.known.names_somebody": Ask.PART,
        "queries.printing.print_queries": by(Command.QUERIES, otherwise=OSError)(NO_FOLDER / "queries.pdf"),
        "queries.reading.queries": by(Command.QUERIES)(),
        "queries.reading.query": by(Command.QUERIES, otherwise=QueryRefusedError)("none"),
        "queries.requesting.raise_query": _no_query(QueryKind.QUALITY, exam="no exam"),
        "queries.steps.answer": _no_query("none", WHY),
        "queries.steps.cancel": _no_query("none", WHY),
        "queries.steps.close": _no_query("none"),
        "queries.steps.exclude": _no_query("none", WHY),
        "queries.steps.give": _no_query("none", "nobody"),
        "queries.steps.include": _no_query("none"),
        "queries.steps.send": _no_query("none"),
        "queries.wording.require_speakable": Ask.PART,
        "redaction.request_redaction": by(Command.REDACT, otherwise=RedactionRefusedError)(1_000_000, WHY),
        "redaction.confirm_redaction": by(Command.CONFIRM_REDACTION, otherwise=RedactionRefusedError)(1_000_000, WHY, "the password"),
        "redaction.redactions_requested": by(Command.CONFIRM_REDACTION)(),
        "redaction.standing": by(Command.AUDIT)(1_000_000),
        "refusals.recorded": Ask.PART,
        "own_work.opening": Ask.PART,
        "reopening.reopen": by(Command.REOPEN, otherwise=StateRefusedError)("nothing", "ASKED", WHY),
        "withdrawal.withdraw": by(Command.ASSIGN, otherwise=StateRefusedError)("nothing", "AWAY", WHY),
        "reading.faults": by(Command.READ)(a_reading(), ()),
        "reading.to_confirm": by(Command.READ)(a_reading(), ()),
        "reading.open_reading": _not_read(NOTHING),
        "reading.save": _not_read(a_reading()),
        "reading.sign": _not_read(a_reading(), "the password"),
        "resealing.reseal": by(Command.CUSTODY, otherwise=PersonRefusedError)(NOBODY),
        "resealing.waiting": by(Command.PEOPLE)(),
        "second_factor.begin": Ask.SELF,
        "second_factor.confirm_removal": by(Command.FACTOR, otherwise=PersonRefusedError)(NOBODY),
        "second_factor.enrol": Ask.SELF,
        "second_factor.holders": by(Command.PEOPLE)(),
        "second_factor.is_on": Ask.SELF,
        "second_factor.removals": by(Command.PEOPLE)(),
        "second_factor.request_removal": _unknown_person(NOBODY, WHY),
        "session.lab_secret": Ask.PART,
        "sign_in.is_over": Ask.SELF,
        "sign_in.sign_out": Ask.SELF,
        "password_check.check_password": Ask.SELF,
        "password_check.signer": Ask.SELF,
        "acknowledgements.accept": Ask.SELF,
        "acknowledgements.due": Ask.SELF,
        "status.status": by(Command.STATUS)(),
        "safety.acknowledge": by(Command.SAFETY, otherwise=NoticeRefusedError)("nothing", WHY),
        "safety.notices": by(Command.SAFETY)(),
        "guessing.answer": _not_read(NOTHING, "nothing", "DK"),
        "offline.waiting": Ask.SELF,
        "guessing.due": by(Command.READ)(NOTHING),
        "tracing.picture": by(Command.AUDIT, otherwise=FrameUnknownError)("c" * 64, 0),
        "tracing.results_on": by(Command.AUDIT, otherwise=FrameUnknownError)("c" * 64, 0),
        "tracing.trace": by(Command.AUDIT, otherwise=RowUnknownError)("S01/D10/CFV/NOTHING"),
        "unblinding.except_from": by(Command.SAFETY, otherwise=UnblindingRefusedError)("nothing", "nobody", WHY),
        "unblinding.record": by(Command.SAFETY, otherwise=UnblindingRefusedError)(
            "nothing", "nobody", Told("other", WHY, WHY, planned=True)
        ),
        "unblinding.report": by(Command.WORKLIST, otherwise=NotYoursError)(NOTHING, "other", WHY, WHY, planned=False),
        "unblinding.unblindings": by(Command.SAFETY)(),
        "workstations.enrol": by(Command.ACCOUNT, otherwise=AccessRefusedError)("nothing", WHY),
        "workstations.machines": by(Command.PEOPLE)(),
        "workstations.record_display": Ask.SELF,
        "worklist.offered": by(Command.WORKLIST)(),
        "worklist.worklist": by(Command.WORKLIST)(),
    }
)


def found_services() -> Iterator[tuple[str, Callable[..., Any]]]:
    """(``module.function``, function) of every public function of the services that takes a lab and who is signed in."""
    prefix = f"{services.__name__}."
    for info in pkgutil.walk_packages(services.__path__, prefix):
        module = importlib.import_module(info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != info.name or name.startswith("_"):
                continue
            if list(inspect.signature(function).parameters)[:2] == ["lab", "session"]:
                yield f"{info.name.removeprefix(prefix)}.{name}", function
