"""What a page works with: the open lab, who is signed in, and the door for slow work."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corelab.services.accounts import Session
    from corelab.services.labs import OpenLab
    from corelab.ui.jobs import Jobs


class Continuity:
    """Whether this person has signed since sign-in or unlock: the first signature asks for the user name too (21 CFR 11.200)."""

    def __init__(self) -> None:
        self.signed = False


@dataclass(frozen=True, slots=True)
class Desk:
    lab: "OpenLab"
    session: "Session"
    jobs: "Jobs"
    continuity: Continuity = field(default_factory=Continuity)
