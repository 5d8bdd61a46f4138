"""Queries to the sites in words: what one is about, where it stands, and why a step cannot be done."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from corelab.domain.clock import Clock
from corelab.domain.queries import Query, QueryFault, QueryKind, QueryMessage, QueryRefusedError, QueryState, QueryStep
from corelab.ui.said import Words
from corelab.ui.times import ago

STATE_WORDS: Mapping[QueryState, str] = MappingProxyType(
    {
        QueryState.OPEN: "to be sent",
        QueryState.SENT: "with the site",
        QueryState.ANSWERED: "answered",
        QueryState.CLOSED: "closed",
        QueryState.CANCELLED: "cancelled",
    }
)
STEP_WORDS: Mapping[QueryStep, str] = MappingProxyType(
    {
        QueryStep.RAISED: "Raised",
        QueryStep.SENT: "Sent to the site",
        QueryStep.REMINDED: "Site reminded",
        QueryStep.ANSWERED: "Answered by the site",
        QueryStep.RETURNED: "Sent back: the answer does not settle it",
        QueryStep.CLOSED: "Closed",
        QueryStep.CANCELLED: "Cancelled",
        QueryStep.GIVEN: "Given to another coordinator",
        QueryStep.EXCLUDED: "Excluded from what blocks a package",
        QueryStep.INCLUDED: "Blocks packages again",
    }
)
KIND_WORDS: Mapping[QueryKind, str] = MappingProxyType(
    {
        QueryKind.MISSING_FILE: "Missing file",
        QueryKind.EXTRA_FILE: "Extra file",
        QueryKind.HASH_DIFFERS: "Checksum differs",
        QueryKind.IDENTITY_MISMATCH: "Another patient",
        QueryKind.SIDE_CONFLICT: "Left or right",
        QueryKind.SEGMENT_CONFLICT: "Which segment",
        QueryKind.VISIT_WINDOW: "Visit window",
        QueryKind.VIEW_MISSING: "View missing",
        QueryKind.UNREADABLE: "Unreadable file",
        QueryKind.READABLE_TEXT: "Text in the picture",
        QueryKind.DUPLICATE: "Sent twice",
        QueryKind.DAMAGED_CLIP: "Damaged clip",
        QueryKind.QUALITY: "Quality",
        QueryKind.OTHER: "Other",
    }
)
REDACTED = "(redacted)"


def subject_words(one: Query) -> str:
    """Subject and visit; a dash where it is about neither."""
    return " ".join(part for part in (one.subject, one.visit) if part) or "\u2013"


def place_words(one: Query) -> str:
    """Where in the exam or the delivery, in codes: ``CFV.R, object 12``."""
    facts = one.facts
    parts = [facts.get("segment", ""), facts.get("view", ""), f"row {facts['row']}" if "row" in facts else ""]
    number = one.object if one.object is not None else facts.get("object")
    parts += [f"object {number}" if number else "", facts.get("code", "")]
    return ", ".join(part for part in parts if part)


def about_words(one: Query) -> str:
    """Kind and place: ``Unreadable file: object 12, TRUNCATED``; of what no template asks, the words."""
    if one.kind is QueryKind.OTHER and one.messages and one.messages[0].words:
        return one.messages[0].words
    place = place_words(one)
    return f"{KIND_WORDS[one.kind]}: {place}" if place else KIND_WORDS[one.kind]


def state_words(one: Query) -> str:
    words = STATE_WORDS[one.state]
    return f"{words}, excluded" if one.state.pending and one.excluded is not None else words


def age_words(days: int) -> str:
    return "today" if days == 0 else f"{days} {'day' if days == 1 else 'days'}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many queries are open, in a number and a note; ``attention`` where a coordinator has something to do."""

    number: int
    note: str
    attention: bool


def waiting(found: Iterable[Query], clock: Clock) -> Waiting:
    """What of all queries waits, and how much of it for the lab: to be sent, answered, or overdue at the site."""
    pending = [one for one in found if one.state.pending]
    late = sum(one.overdue(clock.now()) for one in pending)
    ours = sum(one.state is not QueryState.SENT for one in pending)
    oldest = max((one.age(clock.now()) for one in pending), default=0)
    parts = [f"{late} overdue" if late else "", f"{ours} for you" if ours else ""]
    note = ", ".join(part for part in parts if part) or (f"oldest {age_words(oldest)}" if pending else "nothing is asked")
    return Waiting(len(pending), note, bool(late or ours))


def due_words(one: Query, clock: Clock) -> str:
    """The day by which the site is to answer, and whether that is over."""
    if one.due is None:
        return ""
    day = f"{one.due:%Y-%m-%d}"
    return f"overdue, {day}" if one.overdue(clock.now()) else day


def line_words(one: Query, clock: Clock) -> str:
    """One query in one line, for a terminal."""
    due = due_words(one, clock)
    until = f", due {due}" if due else ""
    age = age_words(one.age(clock.now()))
    return (
        f"{one.name:<10} {one.lab_name:<6} {state_words(one):<14} {subject_words(one):<14} {about_words(one)} ({age}{until}; {one.owner})"
    )


def message_words(one: QueryMessage, clock: Clock) -> str:
    """One step: what, who, when, and the words that were added."""
    words = REDACTED if one.words is None else one.words
    told = f"{STEP_WORDS[one.step]} by {one.by}, {ago(one.at, clock)}"
    kept = f" A file is kept in quarantine (SHA-256 {one.attached[:12]}...)." if one.attached else ""
    return f"{told}{f': {words}' if words else '.'}{kept}"


def whole_words(one: Query, clock: Clock) -> str:
    """Everything about one query, for a terminal."""
    head = line_words(one, clock)
    text = REDACTED if one.text is None else one.text
    return "\n".join((head, "", text, "", *(message_words(message, clock) for message in one.messages)))


# ---------------------------------------------------------------- refusals

_NOTHING = "Nothing was changed."
_REFUSED: Mapping[QueryFault, tuple[str, str]] = MappingProxyType(
    {
        QueryFault.UNKNOWN: ("There is no such query.", "Name it by its number, as the list shows it."),
        QueryFault.STATE: (
            "This step does not fit where the query stands.",
            "Look at the list again; what is closed or cancelled stays so.",
        ),
        QueryFault.SITE: ("It is not known which site is asked, or this is no code of a site.", "Name the site by its code."),
        QueryFault.SITE_KNOWN: ("Another site is on record for this.", "Leave the site out, or ask about the right subject or clip."),
        QueryFault.ABOUT: ("There is no such clip or exam, or the clip is of another exam.", "Check the names and ask again."),
        QueryFault.THING: ("It is not said what the query is about.", "Name a clip, an exam, or at least the site."),
        QueryFault.KIND: ("There is no such kind of query.", f"Choose one of: {', '.join(kind.value for kind in QueryKind)}."),
        QueryFault.WORDS: ("Words are needed here.", "Say what is asked, what the site answered, or what is still missing."),
        QueryFault.DUE: ("A site is given from today to a year ahead.", "Choose another day."),
        QueryFault.SAME: ("The same is asked already in a query that is open.", "Go on with that one."),
        QueryFault.OWNER: ("Queries are given to active coordinators only.", "Name one by the user name."),
        QueryFault.LARGE: ("The words are too long.", "Shorten them, or attach a file to the answer."),
        QueryFault.LARGE_FILE: ("The file is too large to be kept with an answer.", "Take clips in by intake; attach only letters."),
    }
)


def _refused(error: QueryRefusedError) -> Words:
    if error.fault is QueryFault.FOUND:
        happened = f"The words hold {_listed(error.found)}."
        return Words(happened, "They were not kept.", "Write it with codes only: subject, visit, segment, number of the object.")
    happened, do = _REFUSED[error.fault]
    return Words(happened, _NOTHING, do)


def _listed(found: tuple[str, ...]) -> str:
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"


def _still_open(error: Any) -> Words:
    count = len(error.names)
    named = ", ".join(error.names[:6]) + (", ..." if count > 6 else "")
    happened = f"{count} {'query is' if count == 1 else 'queries are'} open: {named}."
    return Words(
        happened, "Nothing was written or locked.", "Close or cancel them on the page Queries, or exclude them there with a reason."
    )


QUERY_WORDS: Mapping[str, Callable[[Any], Words]] = MappingProxyType({"QueryRefusedError": _refused, "OpenQueriesError": _still_open})
