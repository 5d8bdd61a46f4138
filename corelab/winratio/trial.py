"""Puts arms, endpoints and outcomes together: who is compared with whom, and what is told about those who are not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from corelab.domain.winratio import Stratum, Tier, Values
from corelab.winratio.faults import Fault, FilesFaultyError
from corelab.winratio.package import Package
from corelab.winratio.tables import ARM, STRATUM, SUBJECT, Line, Outcome, Rows, outcome
from corelab.winratio.tiers import Hierarchy, Origin

NO_ROW = "no row"
EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Trial:
    """``missing`` counts for each tier the subjects without a value, by the word that stood there; ``notes`` are for people."""

    treatment: str
    control: str
    tiers: tuple[Tier, ...]
    strata: tuple[Stratum, ...]
    stratified: bool
    missing: tuple[Mapping[str, int], ...]
    notes: tuple[str, ...]


def trial_of(package: Package, arms: Rows, outcomes: Rows | None, hierarchy: Hierarchy, treatment: str | None) -> Trial:
    """Raises FilesFaultyError with everything that is wrong with any of the files."""
    faults = [*arms.faults, *(outcomes.faults if outcomes else ()), *hierarchy.faults]
    faults += _cross_faults(package, arms, outcomes, hierarchy, treatment)
    usable = not any(fault.file == hierarchy.file for fault in faults) and (outcomes is None or bool(outcomes.columns))
    values = _values(package, outcomes, hierarchy) if usable else ()
    faults += [fault for each in values for fault in each.faults]
    if faults:
        raise FilesFaultyError(faults)
    names = sorted({line.fields[ARM] for line in arms.lines}, key=lambda arm: (arm != treatment, arm))
    return Trial(
        names[0],
        names[1],
        tuple(placed.tier for placed in hierarchy.tiers),
        _strata(arms, names[0], values),
        STRATUM in arms.columns,
        tuple(_missing(arms.by_subject, each) for each in values),
        tuple(_notes(package, arms, outcomes, hierarchy)),
    )


def _values(package: Package, outcomes: Rows | None, hierarchy: Hierarchy) -> tuple[Outcome, ...]:
    """Each tier's values by subject, in the order of the hierarchy."""
    return tuple(
        package.outcome(placed.place)
        if placed.place.origin is Origin.PACKAGE
        else outcome(outcomes, placed.place.column)
        if outcomes is not None
        else Outcome(MappingProxyType({}), ())
        for placed in hierarchy.tiers
    )


def _cross_faults(package: Package, arms: Rows, outcomes: Rows | None, hierarchy: Hierarchy, treatment: str | None) -> Iterator[Fault]:
    """What one file asks of another and does not find there."""
    for placed in hierarchy.of(Origin.PACKAGE):
        yield from package.faults_of(hierarchy.file, placed)
    for placed in hierarchy.of(Origin.PRO):
        if outcomes is None:
            yield Fault(hierarchy.file, placed.line, f"the tier {placed.tier.name} reads an outcomes file, and --pro names none")
        elif outcomes.columns and placed.place.column not in outcomes.columns:
            yield Fault(hierarchy.file, placed.line, f"{outcomes.file} has no column {placed.place.column}")
        elif placed.place.column == SUBJECT:
            yield Fault(hierarchy.file, placed.line, f"{SUBJECT} is no outcome")
    known = {line.fields[ARM] for line in arms.lines}
    if treatment is not None and known and treatment not in known:
        yield Fault(arms.file, None, f"has no arm {treatment!r}, which --treatment names; it has {', '.join(sorted(known))}")
    if arms.lines and not package.subjects & arms.by_subject.keys():
        yield Fault(arms.file, None, "names no subject of the package")


def _strata(arms: Rows, treatment: str, values: tuple[Outcome, ...]) -> tuple[Stratum, ...]:
    """By name, subjects in the order of their codes."""
    strata: dict[str, tuple[list[Values], list[Values]]] = {}
    for line in sorted(arms.lines, key=lambda line: (line.fields.get(STRATUM, ""), line.subject)):
        pair = strata.setdefault(line.fields.get(STRATUM, ""), ([], []))
        pair[line.fields[ARM] != treatment].append(tuple(_number(each, line.subject) for each in values))
    return tuple(Stratum(name, tuple(one), tuple(other)) for name, (one, other) in strata.items())


def _number(values: Outcome, subject: str) -> Decimal | None:
    read = values.values.get(subject)
    return read.number if read else None


def _missing(arms: Mapping[str, Line], values: Outcome) -> Mapping[str, int]:
    reads = [values.values.get(subject) for subject in arms]
    words = (NO_ROW if read is None else read.missing or EMPTY for read in reads if read is None or read.number is None)
    return MappingProxyType(dict(sorted(Counter(words).items())))


def _notes(package: Package, arms: Rows, outcomes: Rows | None, hierarchy: Hierarchy) -> Iterator[str]:
    """Subjects that stand in one file and not in another: nobody is left out or counted in silence."""
    known = set(arms.by_subject)
    if hierarchy.of(Origin.PACKAGE):
        yield from _told(package.subjects - known, "in the package without an arm: left out")
        yield from _told(known - package.subjects, "in the arm file and not in the package: counted, endpoints missing")
    if outcomes is not None and hierarchy.of(Origin.PRO):
        reported = set(outcomes.by_subject)
        yield from _told(reported - known, "in the outcomes file without an arm: left out")
        yield from _told(known - reported, "in the arm file and not in the outcomes file: counted, outcomes missing")


def _told(subjects: Iterable[str], words: str) -> Iterator[str]:
    named = sorted(subjects)
    if named:
        yield f"{len(named)} {'subject' if len(named) == 1 else 'subjects'} {words}: {', '.join(named)}"
