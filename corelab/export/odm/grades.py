"""How one grade came to be, step by step: the transactions that the audit trail tells of it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["Insert", "Update", "Remove"]


@dataclass(frozen=True, slots=True)
class Act:
    """One event of the trail: its number, time, who did it (a pseudonym), and the code of its reason."""

    seq: int
    at: str
    user: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A grade as it was told at one moment. ``code`` as in readings.csv; ``words`` tell one text from another and are never written."""

    code: str
    missing: str = ""
    reason: str = ""
    words: str = ""
    prefilled: bool = False

    @property
    def grade(self) -> tuple[str, str, str]:
        return self.code, self.missing, self.reason


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one answer before a signature. None: there was no answer, or there is none any more."""

    old: Told | None
    new: Told | None
    act: Act


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction. ``told`` is None for a removal."""

    kind: Kind
    told: Told | None
    act: Act


@dataclass(frozen=True, slots=True)
class Frame:
    """Between what a record was made: ``begun`` is its opening or the signature of the revision before, ``signed`` its signature."""

    begun: Act
    signed: Act


def told_of(answer: Mapping[str, Any] | None, text: str = "") -> Told | None:
    """An answer as its event holds it. ``text``: the code that stands for free words, of a question for words."""
    if answer is None:
        return None
    missing, reason = answer.get("missing") or "", answer.get("reason") or ""
    value = answer.get("value")
    code = missing if value is None else (text or str(value))
    return Told(code, missing, reason, str(value) if text and value is not None else "", answer.get("prefilled", False))


def steps(signed: Told, entries: Sequence[Entry], frame: Frame, before: Told | None = None) -> tuple[Step, ...]:
    """First entry, every change, and what the signature made of it: the last one leaves the grade that was signed.

    ``before``: the grade in the revision before, with which the record began.
    """
    if not entries and before is None:  # most cells of a record are never entered: they do not apply
        return (Step("Insert", signed, frame.begun if signed.prefilled else frame.signed),)
    return tuple(_steps(signed, entries, frame, before))


def _steps(signed: Told, entries: Sequence[Entry], frame: Frame, before: Told | None) -> Iterator[Step]:
    first = before or (entries[0].old if entries else None)
    now = first
    if first is not None:
        yield Step("Insert", first, frame.begun)
    for entry in entries:
        if not _same(now, entry.new):
            yield _step(now, entry.new, entry.act)
        now = entry.new
    if now is None or now.grade != signed.grade:
        yield _step(now, signed, frame.signed)


def _same(one: Told | None, other: Told | None) -> bool:
    """Whether the grade is the same; that another frame proves it is no change of the grade."""
    if one is None or other is None:
        return one is other
    return (one.grade, one.words) == (other.grade, other.words)


def _step(old: Told | None, new: Told | None, act: Act) -> Step:
    return Step("Remove" if new is None else "Insert" if old is None else "Update", new, act)
