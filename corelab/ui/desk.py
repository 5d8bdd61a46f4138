"""What a page works with: the open lab, who is signed in, and the door for slow work."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corelab.services.accounts import Session
    from corelab.services.labs import OpenLab
    from corelab.ui.jobs import Jobs


@dataclass(frozen=True, slots=True)
class Desk:
    lab: "OpenLab"
    session: "Session"
    jobs: "Jobs"
