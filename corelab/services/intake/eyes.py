"""Which clips need a second person: the lab's rule, and the draw that nobody chooses."""

import hmac
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from corelab.domain.accounts import Command
from corelab.domain.intake import ClipState, IntakeRefusedError, Refusal
from corelab.domain.pixel_rule import PixelRule, rule_of
from corelab.services.accounts import Session, lab_secret, permit
from corelab.services.intake.checks import Check, WaitingClip
from corelab.services.labs import OpenLab
from corelab.storage import people
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow


def pixel_rule(lab: OpenLab, session: Session) -> PixelRule:
    """How many people look at a clip in this lab."""
    permit(session, Command.PEOPLE)
    with lab.store.read(session.account) as snapshot:
        return rule_in(snapshot)


def set_pixel_rule(lab: OpenLab, session: Session, rule: str, reason: str) -> PixelRule:
    """An administrator, who checks no clip, changes it, from the next clip on: ``two``, ``one`` or ``sample:<percent>``.

    Raises IntakeRefusedError for another rule, or a blank reason.
    """
    role = permit(session, Command.ACCOUNT)
    try:
        changed = rule_of(rule)
    except ValueError:
        raise IntakeRefusedError(Refusal.PIXEL_RULE, rule) from None
    if not reason.strip():
        raise IntakeRefusedError(Refusal.RULE_REASON)
    with lab.store.begin(session.actor(role)) as transaction:
        last = transaction.latest("setting", name=people.PIXEL_CHECK)
        row = NewRow("setting", {"name": people.PIXEL_CHECK, "n": last["n"] + 1 if last else 1, "value": changed.text})
        payload = {"name": people.PIXEL_CHECK, "from": rule_in(transaction).text, "to": changed.text, "reason_text": reason}
        transaction.record("pixels.rule", "setting", people.PIXEL_CHECK, rows=[row], payload=payload)
    return changed


def rule_in(snapshot: Snapshot) -> PixelRule:
    """As it stands; a rule that a later version wrote counts as the strictest."""
    try:
        return rule_of(people.setting(snapshot, people.PIXEL_CHECK))
    except ValueError:
        return PixelRule()


def needs_second(lab: OpenLab, session: Session, rule: PixelRule, check: Check) -> bool:
    """By the file as the site sent it: who delivers it again draws the same."""
    if not rule.drawn:
        return rule.percent > 0
    return rule.needs_second(_draw(lab_secret(lab, session, "deid"), check))


def with_second(lab: OpenLab, session: Session, rule: PixelRule, checks: Sequence[Check]) -> tuple[WaitingClip, ...]:
    """The clips as they are shown. Only of one that was passed is told whether another person is needed: who passes it must not know."""
    if not rule.percent:
        return tuple(replace(check.shown(), back_by=None, second=False if check.state is ClipState.PASSED else None) for check in checks)
    passed = any(check.state is ClipState.PASSED for check in checks)
    key = lab_secret(lab, session, "deid") if rule.drawn and passed else b""
    return tuple(_with_second(key, rule, check) for check in checks)


def _with_second(key: bytes, rule: PixelRule, check: Check) -> WaitingClip:
    if check.state is not ClipState.PASSED:
        return check.shown()
    return replace(check.shown(), second=rule.needs_second(_draw(key, check)) if rule.drawn else True)


def _draw(key: bytes, check: Check) -> bytes:
    return hmac.digest(key, f"pixel check\0{check.object.sha256}".encode(), sha256)
