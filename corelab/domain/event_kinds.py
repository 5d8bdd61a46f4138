"""The kinds of event, and which command each belongs to: who may write it follows from the table of roles."""

from collections.abc import Mapping
from types import MappingProxyType

from corelab.domain.accounts import Command

KIND_COMMANDS: Mapping[str, Command | None] = MappingProxyType(
    {
        # written by the program itself, or by anybody about themselves
        "lab.created": None,
        "schema.migrated": None,
        "account.created": None,
        "account.activated": None,
        "account.locked": None,
        "charter.loaded": None,
        "clock.backward": None,
        "command.refused": None,
        "credential.changed": None,
        "custody.made": None,
        "custody.recovery.refused": None,
        "session.opened": None,
        "session.closed": None,
        "signature.refused": None,
        "signin.failed": None,
        # people
        "account.invited": Command.ACCOUNT,
        "account.deactivated": Command.ACCOUNT,
        "account.unlocked": Command.ACCOUNT,
        "account.roles": Command.ACCOUNT,
        "account.reset": Command.ACCOUNT,
        "custody.granted": Command.CUSTODY,
        "custody.recovered": Command.CUSTODY,
        "custody.rotated": Command.CUSTODY,
        "work.resealed": Command.CUSTODY,
        "training.recorded": Command.TRAINING,
        "charter.approved": Command.CHARTER,
        # what came in
        "delivery.opened": Command.INTAKE,
        "object.received": Command.INTAKE,
        "clip.masked": Command.PIXELS,
        "clip.unmasked": Command.PIXELS,
        "clip.accepted": Command.PIXELS,
        "clip.passed": Command.PIXELS,
        "clip.released": Command.PIXELS,
        "clip.refused": Command.PIXELS,
        "clip.rejected": Command.PIXELS,
        "clip.labelled": Command.LABEL,
        "clips.tidied": Command.PIXELS,
        "subject.set": Command.SUBJECT,
        "exam.expected": Command.EXAM,
        "exam.not_imaged": Command.EXAM,
        "exam.ready": None,
        "exam.receiving": None,
        # reading and adjudicating; what both do is in the command that both may use
        "reading.opened": Command.READ,
        "reading.signed": Command.READ,
        "reading.open.refused": None,
        "adjudication.opened": Command.ADJUDICATE,
        "adjudication.signed": Command.ADJUDICATE,
        "adjudication.open.refused": None,
        "answer.changed": Command.WORKLIST,
        "note.changed": Command.WORKLIST,
        "clips.shown": Command.WORKLIST,
        "alerts.checked": None,
        # the coordinator's batches
        "exam.assigned": Command.ASSIGN,
        "batch.released": Command.COMPARE,
        "sealed.opened": None,
        "exam.compared": Command.COMPARE,
        "case.opened": Command.COMPARE,
        "case.key": Command.COMPARE,
        "case.finished": Command.COMPARE,
        "lock.approved": Command.LOCK,
        "package.approved": Command.EXPORT,
    }
)
"""None: no role is needed."""
