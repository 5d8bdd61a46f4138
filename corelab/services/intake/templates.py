"""Masks of machines: what was drawn for one clip is kept for all later ones of the same machine, software and picture size."""

from dataclasses import dataclass, replace
from uuid import uuid4

from corelab.domain.accounts import Command
from corelab.domain.intake import Box, IntakeRefusedError, Refusal
from corelab.domain.mask_template import Machine, Template
from corelab.domain.vocabulary import ClipId
from corelab.imaging.deid.candidate import Facts
from corelab.services.accounts import Session, permit
from corelab.services.intake.checks import Check, check_of
from corelab.services.labs import OpenLab
from corelab.services.packages.locking import require_unlocked
from corelab.storage import intake_rows
from corelab.storage.intake_rows import TemplateRow
from corelab.storage.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class MaskTemplate:
    """A template as the coordinator sees it; ``boxes`` are blackened in every frame. A retired one is not applied any more."""

    id: str
    n: int
    machine: Machine
    rows: int
    columns: int
    boxes: tuple[Box, ...]
    active: bool


def templates(lab: OpenLab, session: Session) -> tuple[MaskTemplate, ...]:
    """The latest version of each template, retired ones too, in the order in which they were first kept."""
    permit(session, Command.PIXELS)
    with lab.store.read(session.account) as snapshot:
        return tuple(_shown(row) for row in intake_rows.templates(snapshot))


def keep_template(lab: OpenLab, session: Session, clip: ClipId) -> MaskTemplate:
    """Keeps what was drawn on this clip, and what a template had blackened on it already, for its machine, software and picture size.

    A clip that was passed without a box is kept too: then the layout is known to need none beside its regions. A template in use for the
    same machine and size gets a new version, never without a box that it had: to begin anew it is retired first. Clips that are already
    under check keep the mask they have.
    Raises IntakeRefusedError: nobody decided the mask of the clip, or its machine is not on the list of known machines.
    """
    role = permit(session, Command.PIXELS)
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        check = check_of(transaction, clip)
        row = _version(transaction, _machine(check), check.facts)
        payload = {"clip": clip, "boxes": [list(box) for box in row.boxes]}
        transaction.record("template.kept", "template", row.id, rows=[intake_rows.template_row(row)], payload=payload)
    return _shown(row)


def retire_template(lab: OpenLab, session: Session, template: str, reason: str) -> MaskTemplate:
    """A template is not applied to later clips any more. Raises IntakeRefusedError: no such template in use, or a blank reason."""
    role = permit(session, Command.PIXELS)
    if not reason.strip():
        raise IntakeRefusedError(Refusal.RULE_REASON)
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        found = next((row for row in intake_rows.templates(transaction) if row.id == template and row.active), None)
        if found is None:
            raise IntakeRefusedError(Refusal.TEMPLATE, template)
        row = replace(found, n=found.n + 1, active=False)
        payload = {"reason_text": reason}
        transaction.record("template.retired", "template", row.id, rows=[intake_rows.template_row(row)], payload=payload)
    return _shown(row)


def templates_in_use(snapshot: Snapshot) -> tuple[Template, ...]:
    """Those that are applied to clips that come in now."""
    return tuple(_applied(row) for row in intake_rows.templates(snapshot) if row.active)


def _machine(check: Check) -> Machine:
    if check.found.facts is None or check.facts.machine is None:
        raise IntakeRefusedError(Refusal.TEMPLATE_MACHINE)
    if not check.can_keep_template:
        raise IntakeRefusedError(Refusal.TEMPLATE_MASK)
    return check.facts.machine


def _version(snapshot: Snapshot, machine: Machine, facts: Facts) -> TemplateRow:
    """The next version of the template in use for this machine and size, or the first of a new one."""
    rows = [row for row in intake_rows.templates(snapshot) if row.active and _applied(row).fits(machine, facts.rows, facts.columns)]
    known = rows[-1] if rows else None
    key, n = (known.id, known.n + 1) if known else (str(uuid4()), 1)
    boxes = tuple(dict.fromkeys((*(known.boxes if known else ()), *facts.blackened)))
    return TemplateRow(key, n, machine.manufacturer, machine.model, machine.software, facts.rows, facts.columns, boxes)


def _applied(row: TemplateRow) -> Template:
    return Template(row.id, row.n, Machine(row.manufacturer, row.model, row.software), row.rows, row.columns, row.boxes)


def _shown(row: TemplateRow) -> MaskTemplate:
    return MaskTemplate(row.id, row.n, _applied(row).machine, row.rows, row.columns, row.boxes, row.active)
