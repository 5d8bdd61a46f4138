"""What this version of the program carries out: every construct of a charter beyond it is named, so that nothing is silently ignored."""

from collections.abc import Iterator

from corelab.domain.charter.faults import Fault
from corelab.domain.charter.model import Charter

NOT_EXECUTED = "N01"


def not_executed(charter: Charter) -> tuple[Fault, ...]:
    """Every construct of the charter that the program does not carry out, by path and in words; empty for one that it carries out whole."""
    return tuple(Fault(NOT_EXECUTED, path, message) for path, message in _blinding(charter))


def _blinding(charter: Charter) -> Iterator[tuple[str, str]]:
    for n, profile in enumerate(charter.blinding_profiles):
        if not profile.hide_overlay:
            yield f"blinding_profile[{n}]({profile.id}).hide_overlay", "a profile that shows what stands on the image"
