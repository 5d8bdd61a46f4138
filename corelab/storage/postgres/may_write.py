"""Who may write which kind of event, with rows of which tables: the server's own table of permissions, made from the tables of the program.

A kind that belongs to a command is written in a role that may use the command. The other kinds are listed here with their writers. What
only the making of a lab, its migration or the server itself writes stands in no line: no person writes it on a server.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations
from types import MappingProxyType

from corelab.domain.accounts import ROLE_COMMANDS, Meaning, Role, may_combine, role_of_meaning
from corelab.domain.event_kinds import KIND_COMMANDS
from corelab.domain.event_payloads import PAYLOADS, Seal
from corelab.storage.people import roles_text

NOBODY = ""
"""How a header without role stands in the table."""

_EVERY_ROLE = (NOBODY, *(role.value for role in Role))
_WITHOUT_COMMAND: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "account.activated": (NOBODY,),
        "account.locked": (NOBODY,),
        "adjudication.open.refused": (NOBODY,),
        "alerts.checked": (Role.READER.value, Role.ADJUDICATOR.value, Role.COORDINATOR.value),
        "charter.loaded": (Role.COORDINATOR.value,),
        "clock.backward": _EVERY_ROLE,
        "clock.stepped": (NOBODY,),
        "command.refused": (NOBODY,),
        "credential.changed": (NOBODY,),
        "custody.recovery.refused": (NOBODY,),
        "exam.ready": (Role.COORDINATOR.value,),
        "exam.receiving": (Role.COORDINATOR.value,),
        "factor.enrolled": (NOBODY,),
        "notice.seen": (NOBODY,),
        "reading.open.refused": (NOBODY,),
        "screen.locked": (NOBODY,),
        "screen.unlocked": (NOBODY,),
        "sealed.opened": (Role.COORDINATOR.value,),
        "session.closed": (NOBODY,),
        "session.opened": (NOBODY,),
        "signature.refused": (NOBODY,),
        "signin.elsewhere": (NOBODY,),
        "signin.failed": (NOBODY,),
        "statement.accepted": (NOBODY,),
        "unblinding.alerted": (Role.READER.value, Role.COORDINATOR.value),
        "unlock.refused": (NOBODY,),
        "workstation.display_checked": (NOBODY,),
        "workstation.refused": (NOBODY,),
    }
)

WITHOUT_SESSION = frozenset(
    {
        *("account.activated", "credential.changed", "session.opened", "session.closed", "signin.elsewhere", "workstation.refused"),
        *("account.locked", "clock.backward", "signin.failed"),
    }
)
"""What is written on the way in and out; everything else belongs to an open sign-in."""

# What opening makes readable, beside the final answers and where the exam stands.
_OPENED = "opening grade evidence result exam_status"
_KEYS = "custody_key custody_grant lab_secret regrant session_end signature"
_OF_EXAM = "subject subject_attribute site exam exam_status"

_ROWS: Mapping[str, str] = MappingProxyType(
    {
        "lab.moved": "",
        # people
        "access.changed": "setting",
        "account.activated": "account_revision credential",
        "account.deactivated": "account_revision",
        "account.invited": "account account_revision invitation",
        "account.locked": "account_revision",
        "account.renamed": "account_revision",
        "account.reset": "account_revision invitation",
        "account.roles": "account_revision",
        "account.unlocked": "account_revision",
        "credential.changed": "credential",
        "factor.enrolled": "second_factor",
        "factor.removed": "second_factor",
        "session.closed": "session_end",
        "session.opened": "session signin_attempt workstation",
        "signature.refused": "signin_attempt",
        "signin.failed": "signin_attempt",
        "statement.accepted": "acknowledgement",
        "training.recorded": "training",
        "unlock.refused": "signin_attempt",
        "workstation.display_checked": "workstation",
        "workstation.enrolled": "workstation",
        "workstation.refused": "workstation",
        "certification.recorded": "certification",
        "reader.absent": "absence",
        "reader.back": "absence",
        # keys and charters
        "custody.granted": "custody_grant",
        "custody.recovered": _KEYS,
        "custody.rotated": _KEYS,
        "work.resealed": "regrant",
        "charter.approved": "signature",
        "charter.loaded": "charter",
        # what came in
        "calibration.made": f"{_OF_EXAM} calibration_exam",
        "clip.accepted": "pixel_check",
        "clip.graded": "clip_qc",
        "clip.labelled": "clip_label clip_qc subject_attribute",
        "clip.masked": "pixel_check",
        "clip.passed": "pixel_check",
        "clip.rejected": "pixel_check",
        "clip.released": "clip clip_frames clip_release pixel_check",
        "clip.replaces": "clip_replacement",
        "clip.unmasked": "pixel_check",
        "clip.withdrawn": "clip_withdrawal",
        "archive.copied": "clip_frames",
        "archive.changed": "setting",
        "delivery.opened": f"{_OF_EXAM} delivery delivery_site",
        "exam.expected": _OF_EXAM,
        "exam.not_imaged": "exam_status",
        "exam.ready": "exam_status",
        "exam.receiving": "exam_status",
        "intake.accepts": "setting",
        "object.received": f"{_OF_EXAM} intake_object clip_fingerprint clip_replacement label_proposal",
        "pixels.rule": "setting",
        "query.raised": "site query query_message",
        **{f"query.{step}": "query_message" for step in ("answered", "cancelled", "closed", "excluded", "given", "included", "reminded")},
        **{f"query.{step}": "query_message" for step in ("returned", "sent")},
        "subject.corrected": "subject subject_attribute",
        "subject.set": "subject subject_attribute",
        "template.kept": "mask_template",
        "template.retired": "mask_template",
        "transmittal.compared": "transmittal_row",
        # reading and adjudicating
        "adjudication.signed": "adjudication signature",
        "alerts.checked": "alert",
        "guess.answered": "guess",
        "reading.signed": "reading signature",
        "unblinding.alerted": "unblinding deviation",
        "unblinding.recorded": "unblinding deviation",
        "unblinding.reported": "unblinding deviation",
        # the coordinator's batches, and what is done to what was dealt or signed
        "assignment.withdrawn": "assignment_end",
        "batch.released": "release_batch",
        "case.finished": _OPENED,
        "case.opened": "comparison assignment adj_case exam_status",
        "case.withdrawn": "assignment_end",
        "exam.assigned": "assignment exam_status",
        "exam.compared": f"comparison {_OPENED}",
        "lock.approved": "lock exam_status signature",
        "reader.replaced": "assignment_end",
        "reading.invalidated": "assignment_end exam_status reading_invalidation signature",
        "reading.released": f"single_release {_OPENED}",
        "reading.reopened": "reading_reopening",
        "repeat.released": _OPENED,
        "unlock.approved": "lock exam_status signature",
        "unlock.requested": "signature",
        # what leaves the lab
        "audit.reviewed": "review signature",
        "checkpoint.signed": "checkpoint",
        "package.approved": "package signature",
        "package.kept": "package_table",
        "specification.approved": "specification_approval signature",
    }
)
"""The tables of the rows that a kind of event may have; one that is not named here has none."""


@dataclass(frozen=True, slots=True)
class Writing:
    """One line of the table: in this role, this kind of event, with rows of these tables; its payload in the open or not."""

    kind: str
    role: str
    tables: tuple[str, ...]
    sealed: bool
    session: bool


def lines() -> Iterator[Writing]:
    """Everything that a person may write on a server."""
    for kind in KIND_COMMANDS:
        tables, sealed = tuple(_ROWS.get(kind, "").split()), PAYLOADS[kind].seal is Seal.SEALED
        yield from (Writing(kind, role, tables, sealed, kind not in WITHOUT_SESSION) for role in _writers(kind))


def _writers(kind: str) -> tuple[str, ...]:
    command = KIND_COMMANDS[kind]
    if command is None:
        return _WITHOUT_COMMAND.get(kind, ())
    return tuple(role.value for role in Role if command in ROLE_COMMANDS[role])


def statements() -> tuple[str, ...]:
    """The table, filled; and beside it which role signs with which meaning, and which roles one person may have together."""
    return (
        "CREATE TABLE may_write (kind text, role text, tables text[], sealed boolean, session boolean, PRIMARY KEY (kind, role))",
        _filled("may_write", map(_line, lines())),
        "CREATE TABLE signs (meaning text PRIMARY KEY, role text)",
        _filled("signs", (f"('{each.value}', '{role_of_meaning(each).value}')" for each in Meaning)),
        "CREATE TABLE combinable (roles text PRIMARY KEY)",
        _filled("combinable", (f"('{each}')" for each in _combinable())),
    )


def _filled(table: str, values: Iterable[str]) -> str:
    return f"INSERT INTO {table} VALUES {', '.join(values)}"  # noqa: S608 - names of our own


def _combinable() -> Iterator[str]:
    """The roles that one person may have together, as an account says them."""
    sets = chain.from_iterable(combinations(Role, size) for size in range(1, len(Role) + 1))
    return (roles_text(each) for each in sets if may_combine(each))


def _line(one: Writing) -> str:
    listed = ", ".join(f"'{table}'" for table in one.tables)
    return f"('{one.kind}', '{one.role}', ARRAY[{listed}]::text[], {one.sealed}, {one.session})"
