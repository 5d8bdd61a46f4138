"""Faults of derivations that no value could be made of: a number from a yes or no, one value per exam from one per segment."""

import pytest

from corelab.domain.charter import check_charter
from tests.charter_builders import DVT, PORTAL, faults, full
from tests.derived_builders import ODD


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "path"),
    [
        (DVT, 'of = "RVDMAX"\nop = "ge"\ncutoff = 4.0', 'of = "PATENT"\nop = "ge"\ncutoff = 4.0', "C12", "derivation[15](RVD4).of"),
        (DVT, 'grows = { item = "D_COMP"', 'grows = { item = "COMP"', "C12", "derivation[17](RECURSUS).grows.item"),
        (
            DVT,
            'label = "Iliac veins patent by flow"\n',
            'label = "Iliac veins patent by flow"\nscope = "segment"\n',
            "C05",
            "derivation[8](ILIPAT).scope",
        ),
        (PORTAL, 'function = "threshold"\nscope = "segment"\n', 'function = "threshold"\n', "C05", "derivation[2](IRPFVFL).of"),
        (PORTAL, 'part = "FLRV"', 'part = "DIAM"', "C05", "derivation[6](FLRPCT).part"),
        (PORTAL, 'less = ["TUMV"]', 'less = ["TUMV", "DIAM"]', "C05", "derivation[6](FLRPCT).less[1]"),
        (PORTAL, 'of_item = "FLRF"', 'of_item = "DIAM"', "C05", "derivation[8](FLRF267).of_item"),
        (ODD, 'of = "FLUSSD"\n', 'of = "FLUSSVOL"\n', "C12", "derivation[10](FLUSSR).of"),
    ],
)
def test_fault(name: str, old: str, new: str, code: str, path: str) -> None:
    assert faults(name, (old, new)) == [(code, path)]


def test_a_flow_volume_is_that_of_one_segment() -> None:
    old = 'function = "flow_volume"\nscope = "segment"\n'
    assert ("C05", "derivation[0](FLOWVOL).scope") in faults(PORTAL, (old, 'function = "flow_volume"\n'))


def test_the_odd_charter_has_no_error() -> None:
    assert check_charter(full(ODD).encode()).charter is not None
