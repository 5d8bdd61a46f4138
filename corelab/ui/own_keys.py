"""The keys of who is signed in: kept per person on this workstation, never in the lab."""

from corelab.settings import own_keys, remember_own_keys
from corelab.ui.commands import KEYS
from corelab.ui.desk import Desk
from corelab.ui.keymap import Changes, fitting, keymap


def changed_keys(desk: Desk) -> Changes:
    """What this person changed, as far as it can be."""
    return fitting(own_keys(desk.lab.configuration, _owner(desk)))


def put_on(desk: Desk) -> None:
    """At sign-in."""
    wear(changed_keys(desk))


def wear(changes: Changes) -> None:
    """At once, kept or not."""
    KEYS.wear(keymap(changes) if changes else {})


def take_off() -> None:
    """At sign-out: the next person starts with the keys of the table, or with their own."""
    KEYS.wear({})


def keep(desk: Desk, changes: Changes) -> None:
    """Raises OSError: then they act until sign-out and are gone."""
    wear(changes)
    remember_own_keys(desk.lab.configuration, _owner(desk), changes)


def _owner(desk: Desk) -> str:
    return f"{desk.lab.lab_id} {desk.session.account}"
