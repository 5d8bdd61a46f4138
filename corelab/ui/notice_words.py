"""What a person is told right after signing in: another custody key, another lab at this place, an earlier copy of it."""

from collections.abc import Mapping
from types import MappingProxyType

from corelab.services import clock_watch, custody_facts, offline, pinned
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.pinned import Warned
from corelab.ui.address_words import apart_words
from corelab.ui.away import waiting_words
from corelab.ui.custody_words import change_words

_WARNED: Mapping[Warned, str] = MappingProxyType(
    {
        Warned.OTHER_LAB: "Another lab than before lies in this folder. If nobody told you of that, ask a coordinator before you go on.",
        Warned.EARLIER: (
            "This lab is an earlier copy than the one this workstation saw last: what came later is not in it. If nobody told you of a "
            "restored backup, ask a coordinator before you go on."
        ),
        Warned.CUSTODY: (
            "The custody key of this lab was changed, and no coordinator signed for it. Nothing is sealed to it from here. Stop work on "
            "this lab, tell a coordinator, and run corelab verify on its folder."
        ),
    }
)


def notices(lab: OpenLab, session: Session) -> tuple[str, ...]:
    """Each as a sentence or two. A change of custody is told once, to every coordinator who did not make it."""
    waiting = offline.waiting(lab, session)
    kept = (waiting_words(waiting),) if waiting else ()
    changed = (f"The custody key was changed. {change_words(one, lab.clock)}" for one in custody_facts.news(lab, session))
    clock = clock_watch.apart(session)
    apart = (apart_words(clock).all,) if clock is not None else ()
    return (*(_WARNED[warned] for warned in pinned.look(lab)), *changed, *apart, *kept)
