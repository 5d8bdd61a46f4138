"""Who holds the custody key and how it changed, in words."""

from collections.abc import Iterable

from corelab.domain.accounts import Person
from corelab.domain.clock import Clock
from corelab.services.custody_facts import CustodyChange, CustodyFacts
from corelab.ui.times import local


def holder_words(facts: CustodyFacts) -> str:
    held = f"held by {_names(facts.holders)}" if facts.holders else "held by nobody: the recovery code opens it"
    return f"Key {facts.number}, {held}."


def leaver_words(facts: CustodyFacts) -> str:
    verb = "is" if len(facts.left) == 1 else "are"
    return f"Rotate it: {_names(facts.left)} had it and {verb} no coordinator any more." if facts.left else ""


def change_words(change: CustodyChange, clock: Clock) -> str:
    how = "taken with the recovery code" if change.recovered else "rotated"
    reason = f": {change.reason}" if change.reason else "."
    return f"Last {how} by {change.by}, {local(change.at, clock):%Y-%m-%d %H:%M}{reason}"


def _names(people: Iterable[Person]) -> str:
    return ", ".join(person.printed_name for person in people)
