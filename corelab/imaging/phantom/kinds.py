"""What each kind of phantom shows: how far the vein closes, what fills it, how it is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType


class Kind(Enum):
    COMPRESSIBLE = "compressible"
    PARTIAL = "partial"
    NONCOMPRESSIBLE = "noncompressible"
    THROMBUS_PARTIAL = "thrombus_partial"
    THROMBUS_OCCLUSIVE = "thrombus_occlusive"
    POSTTHROMBOTIC = "postthrombotic"
    COLOUR_PATENT = "colour_patent"
    COLOUR_PARTIAL = "colour_partial"
    COLOUR_ABSENT = "colour_absent"
    SPECTRAL_PHASIC = "spectral_phasic"
    SPECTRAL_CONTINUOUS = "spectral_continuous"
    SPECTRAL_REFLUX = "spectral_reflux"
    STENT = "stent"


class Level(Enum):
    """Where the probe stands."""

    GROIN = "groin"
    THIGH = "thigh"
    CALF = "calf"
    LIVER = "liver"


class Mode(Enum):
    """Which picture the machine shows."""

    GREY = "grey"
    COLOUR = "colour"
    SPECTRAL = "spectral"


class Filling(Enum):
    """How much of the lumen is thrombus."""

    FREE = "free"
    PARTIAL = "partial"
    OCCLUDED = "occluded"


@dataclass(frozen=True, slots=True)
class Traits:
    """``residual``: range of AP under pressure / AP at rest in percent, None where nobody presses. ``echo_db``: thrombus against tissue."""

    grades: Mapping[str, str]
    mode: Mode = Mode.GREY
    filling: Filling = Filling.FREE
    residual: tuple[float, float] | None = None
    echo_db: tuple[float, float] = (-22.0, -14.0)
    scarred: bool = False
    stented: bool = False


def _grades(**grades: str) -> Mapping[str, str]:
    return MappingProxyType(grades)


TRAITS: Mapping[Kind, Traits] = MappingProxyType(
    {
        Kind.COMPRESSIBLE: Traits(residual=(0.0, 4.0), grades=_grades(compressibility="full", thrombus="no_thrombus")),
        Kind.PARTIAL: Traits(
            filling=Filling.PARTIAL, residual=(30.0, 70.0), echo_db=(-18.0, -13.0), grades=_grades(compressibility="partial")
        ),
        Kind.NONCOMPRESSIBLE: Traits(
            filling=Filling.OCCLUDED, residual=(80.0, 98.0), echo_db=(-20.0, -14.0), grades=_grades(compressibility="none")
        ),
        Kind.THROMBUS_PARTIAL: Traits(
            filling=Filling.PARTIAL, residual=(40.0, 70.0), echo_db=(-15.0, -9.0), grades=_grades(compressibility="partial")
        ),
        Kind.THROMBUS_OCCLUSIVE: Traits(
            filling=Filling.OCCLUDED, residual=(84.0, 98.0), echo_db=(-17.0, -9.0), grades=_grades(compressibility="none")
        ),
        Kind.POSTTHROMBOTIC: Traits(
            filling=Filling.PARTIAL, residual=(35.0, 65.0), echo_db=(-9.0, -4.0), scarred=True, grades=_grades(compressibility="partial")
        ),
        Kind.COLOUR_PATENT: Traits(mode=Mode.COLOUR, grades=_grades(flow="complete")),
        Kind.COLOUR_PARTIAL: Traits(mode=Mode.COLOUR, filling=Filling.PARTIAL, grades=_grades(flow="partial")),
        Kind.COLOUR_ABSENT: Traits(mode=Mode.COLOUR, filling=Filling.OCCLUDED, grades=_grades(flow="absent")),
        Kind.SPECTRAL_PHASIC: Traits(mode=Mode.SPECTRAL, grades=_grades(phasicity="phasic")),
        Kind.SPECTRAL_CONTINUOUS: Traits(mode=Mode.SPECTRAL, grades=_grades(phasicity="continuous")),
        Kind.SPECTRAL_REFLUX: Traits(mode=Mode.SPECTRAL, grades=_grades(phasicity="reflux")),
        Kind.STENT: Traits(residual=(94.0, 99.0), stented=True, grades=_grades(stent="patent")),
    }
)


def traits_at(kind: Kind, level: Level | None) -> Traits:
    """What a kind shows at a level: nobody presses on a liver."""
    return replace(TRAITS[kind], residual=None) if level is Level.LIVER else TRAITS[kind]
