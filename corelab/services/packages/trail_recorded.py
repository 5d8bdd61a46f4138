"""What the trail says of signed readings, decisions and cases: kept by event while it is read, and read again where it is needed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corelab.domain.audit import SignedDocument
from corelab.export.check import Loaded
from corelab.services.packages.trail_files import OPENINGS, Json, record_at

READING, ADJUDICATION = "reading.signed", "adjudication.signed"
_SIGNED = frozenset({READING, ADJUDICATION})
_TOLD = frozenset({"clear", "opened"})


@dataclass(frozen=True, slots=True)
class Told:
    """A signed record as its event tells it. ``place``: where its content stands in openings.jsonl; None where it is not told.

    ``exam`` is the name under which its person knew the exam.
    """

    kind: str
    record: str
    actor: str
    at: str
    seq: int
    signed: SignedDocument | None
    place: int | None
    exam: str
    revision: int


class Recorded:
    """Filled event by event: a few words for each signed record, never its content."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self.records: dict[int, Told] = {}
        self.invalidated: set[str] = set()
        self.reopened: set[str] = set()
        self.repeats: set[str] = set()
        self.withdrawn: set[str] = set()
        self.sides: dict[str, Json] = {}
        self._cases: dict[str, list[tuple[int, str]]] = {}
        self._latest: dict[tuple[str, str], int] = {}
        self.locked_exams: int | None = None
        self.sets_aside = False
        """Whether exams of a calibration set were read, which are in no table."""

    def take(self, event: Json, told: tuple[int, Json], signed: SignedDocument | None) -> None:
        """An event with what it says, which was found to be what was recorded."""
        place, said = told
        clear = said["form"] in _TOLD
        if event["kind"] in _SIGNED:
            payload = said["payload"] if clear else {}
            words = (event["kind"], str(event["id"]), str(event["actor"]), str(event["at"]), event["seq"], signed)
            one = Told(*words, place if clear else None, str(payload.get("exam")), int(payload.get("revision", 0)))
            self.records[one.seq] = one
            self._latest[one.actor, one.exam] = max(one.revision, self._latest.get((one.actor, one.exam), 0))
        elif event["kind"] == "case.key" and clear:
            case, sides = str(event["id"]), said["payload"]["segments"]
            self.sides[case] = sides
            for reading in {str(reading) for side in sides.values() for reading in side.values()}:
                self._cases.setdefault(reading, []).append((event["seq"], case))
        elif event["kind"] == "lock.approved" and clear:
            exams = said["payload"]["exams"]
            self.locked_exams = exams if isinstance(exams, int) else len(exams)
        else:
            self.note(event)

    def note(self, event: Json) -> None:
        """An event whose header says enough."""
        match event["kind"]:
            case "reading.invalidated":
                self.invalidated.add(str(event["id"]))
            case "reading.reopened":
                self.reopened.add(str(event["id"]))
            case "repeat.released":
                self.repeats.add(str(event["id"]))
            case "case.withdrawn":
                self.withdrawn.add(str(event["id"]))
            case "unlock.approved":
                self.locked_exams = None
            case "calibration.made":
                self.sets_aside = True
            case _:
                return

    def is_superseded(self, one: Told) -> bool:
        """Whether its person signed a later revision of the same reading."""
        return self._latest[one.actor, one.exam] > one.revision

    def case_of(self, readings: Iterable[str], before: int) -> str | None:
        """The last case before this event that stands on one of these readings."""
        cases = [each for reading in readings for each in self._cases.get(reading, ()) if each[0] < before]
        return max(cases)[1] if cases else None

    def content(self, one: Told) -> Json:
        """What was signed. Raises LookupError where it is not told, OSError, ValueError."""
        if one.place is None:
            raise LookupError(one.seq)
        payload: Json = record_at(self._loaded, OPENINGS, one.place)["payload"]
        return payload

    def opened(self) -> Iterator[Told]:
        """The signed records whose content is told."""
        return (one for one in self.records.values() if one.place is not None)
