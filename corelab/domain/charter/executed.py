"""What this version of the program carries out: every construct of a charter beyond it is named, so that nothing is silently ignored."""

from collections.abc import Iterator
from functools import partial

from corelab.domain.charter.faults import Fault
from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_class import DerivedDifference, DerivedTolerance
from corelab.domain.charter.model_derivation import Change, NewFinding, Rate, Threshold

NOT_EXECUTED = "N01"


def not_executed(charter: Charter) -> tuple[Fault, ...]:
    """Every construct of the charter that the program does not carry out, by path and in words; empty for one that it carries out whole."""
    return tuple(Fault(NOT_EXECUTED, path, message) for part in (_blinding, _classes) for path, message in part(charter))


def _blinding(charter: Charter) -> Iterator[tuple[str, str]]:
    for n, profile in enumerate(charter.blinding_profiles):
        if not profile.hide_overlay:
            yield f"blinding_profile[{n}]({profile.id}).hide_overlay", "a profile that shows what stands on the image"


def _classes(charter: Charter) -> Iterator[tuple[str, str]]:
    """In a lab two readings are compared before the earlier exams of the subject need be final."""
    for n, difference in enumerate(charter.classes):
        for m, rule in enumerate(difference.rules):
            names = rule.derivations if isinstance(rule, DerivedDifference | DerivedTolerance) else ()
            for name in filter(partial(_looks_back, charter), names):
                path = f"class[{n}]({difference.id}).rule[{m}].derivations"
                yield path, f"a comparison of {name}, which looks back to an earlier exam"


def _looks_back(charter: Charter, name: str) -> bool:
    derivation = charter.derivation(name)
    if isinstance(derivation, Threshold) and derivation.of is not None:
        return _looks_back(charter, derivation.of)
    return isinstance(derivation, Change | Rate | NewFinding)
