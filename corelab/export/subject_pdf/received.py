"""How complete an exam is and how good its clips are, in words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from corelab.domain.values import counted
from corelab.export.subject_pdf.words import Words, segment_words
from corelab.export.writers import Row

_STATES = {"RECEIVED": "received", "NON-DIAGNOSTIC": "non-diagnostic", "MISSING": "missing", "NOT IMAGED": "not imaged"}
_REASONS = {"NOEXAM": "nothing of the visit was received", "NOCLIP": "no clip was received", "WAITING": "clips wait for release"}
_CAME, _RELEASED = "RECEIVED", "RELEASED"


def completeness(words: Words, head: Row, rows: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, str]]:
    """The row of subject_visit.csv, and what came in."""
    asked = f"{head['NANSWER']} of {head['NEXPECT']} answered, {head['NNE']} not evaluable, {head['NNI']} not imaged"
    yield "Questions", f"{asked}, {head['NADJ']} adjudicated"
    yield "Readings", f"{head['NREADS']} signed; reading {head['REFREAD']} is the reference, drawn before anyone read"
    yield from segments_expected(words, rows.get("expected", ()))
    yield from _clips(rows.get("clips", ()))


def segments_expected(words: Words, expected: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """The segments that the charter wants by what became of them, and each that is not simply there."""
    if not expected:
        return
    states = Counter(row["STATE"] for row in expected)
    yield "Segments", ", ".join(f"{states[state]} {said}" for state, said in _STATES.items() if states[state])
    for state, said in _STATES.items():
        named = [row for row in expected if row["STATE"] == state]
        if named and state != _CAME:
            yield said.capitalize(), ", ".join(_segment(words, row) for row in named)


def _segment(words: Words, row: Row) -> str:
    reason = _REASONS.get(row["REASON"]) or words.reason(row["REASON"])
    return segment_words(row["SEGCD"], row["SIDE"]) + (f" ({reason.lower()})" if reason else "")


def _clips(clips: Sequence[Row]) -> Iterator[tuple[str, str]]:
    if not clips:
        return
    there = [row for row in clips if row["STATE"] == _RELEASED]
    gone = Counter(row["STATE"].lower() for row in clips if row["STATE"] != _RELEASED)
    frames = sum(int(row["FRAMES"] or 0) for row in there)
    more = "".join(f"; {number} {state}" for state, number in sorted(gone.items()))
    yield "Clips", f"{len(there)} released, {counted(frames, 'frame')}{more}"
    grades = Counter(row["QCGRADE"].lower().replace("_", "-") or "not graded" for row in there)
    yield "Quality at intake", ", ".join(f"{number} {grade}" for grade, number in sorted(grades.items()))


def why_no_result(expected: Sequence[Row]) -> str:
    """Of a visit without a result: whether it came in at all."""
    if expected and all(row["REASON"] == "NOEXAM" for row in expected):
        return "Nothing of this visit was received."
    return "No final result of this visit is in this package."
