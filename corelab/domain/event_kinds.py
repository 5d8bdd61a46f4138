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
        "credential.changed": None,
        "custody.made": None,
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
        "training.recorded": Command.TRAINING,
        "charter.approved": Command.CHARTER,
    }
)
"""None: no role is needed. A kind that is not in the table is no kind of this program."""
