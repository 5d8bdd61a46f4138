"""The worked examples of comparison and adjudication: two readings each, and what follows from them; numbers are ranks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corelab.resources import resource

DVT, PORTAL = resource("charters", "dvt_lower_extremity.toml"), resource("charters", "portal_hepatic.toml")
CHARTERS = Path(__file__).parent / "data" / "charters"
ODD = CHARTERS / "odd.toml"

Said = Mapping[str, Mapping[str, Any]]
_COMP, _FLOW = ("full", "partial", "none"), ("complete", "partial", "absent")
_MEASURED = ("CFV", "FV_PROX", "FV_MID", "FV_DIST", "POPV")
_UNDER_PRESSURE = {1: "4.0", 2: "7.0"}


def limb(said: Said) -> dict[str, dict[str, Any]]:
    """A reading of a clean limb but for what is said; where it is abnormal, with the details that all examples share."""
    return {segment: _details(segment, cells) | _ranked(cells) for segment, cells in said.items()}


def _ranked(cells: Mapping[str, Any]) -> dict[str, Any]:
    words = {"COMP": _COMP, "FLOW": _FLOW}
    return {item: words[item][value] if isinstance(value, int) else value for item, value in cells.items()}


def _details(segment: str, cells: Mapping[str, Any]) -> dict[str, Any]:
    comp, flow = cells.get("COMP", 0), cells.get("FLOW", 0)
    details: dict[str, Any] = {}
    if comp in {1, 2} or flow in {1, 2}:
        details |= {"THR": "non_occlusive", "EXT": "subsegmental", "ECHO": "hypo", "AGE": "acute"}
    if comp in {1, 2} and segment in _MEASURED:
        details |= {"D_REST": "9.0", "D_COMP": _UNDER_PRESSURE[comp]}
    return details


@dataclass(frozen=True)
class Oracle:
    """Two readings at a visit. ``disputed``: cell -> classes; ``reference``: some cells that stand by the reference reading.

    ``waits``: cells without a result; ``endpoints``: derivation -> what each reading gives.
    """

    id: str
    visit: str
    one: Said
    two: Said
    disputed: Mapping[str, str] = field(default_factory=dict)
    closure: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    endpoints: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def case(self) -> dict[str, Any]:
        base = {"visit": self.visit, "attributes": {"STUDY_LIMB": "left"}, "start": "clean"}
        return base | {"reading_1": limb(self.one), "reading_2": limb(self.two)} | dict(self.more)


def _worst(one: str, two: str, patent: str) -> dict[str, tuple[str, str]]:
    return {"COMPWRST": (one, two), "PATENT": (patent.split("/", maxsplit=1)[0], patent.rsplit("/", maxsplit=1)[-1])}


_CFV_DETAILS = ("THR.CFV", "EXT.CFV", "ECHO.CFV", "AGE.CFV", "D_REST.CFV", "D_COMP.CFV", "PHAS.CFV")
_FV_MID_DETAILS = ("THR.FV_MID", "EXT.FV_MID", "ECHO.FV_MID", "AGE.FV_MID", "D_REST.FV_MID", "D_COMP.FV_MID")
_NE_WINDOW = {"COMP": "NE:WINDOW"}

LIMBS = (
    Oracle("D01", "D10", {}, {}, endpoints=_worst("0", "0", "Y/Y")),
    Oracle("D02", "D10", {}, {"CFV": {"COMP": 1}}, {"COMP.CFV": "A"}, waits=_CFV_DETAILS, endpoints=_worst("0", "1", "Y/Y")),
    Oracle("D03", "BL", {}, {"CFV": {"COMP": 1}}, reference=("COMP.CFV", *_CFV_DETAILS), endpoints=_worst("0", "1", "Y/Y")),
    Oracle(
        "D04",
        "D10",
        {"CFV": {"COMP": 2}, "FV_MID": {"COMP": 1}},
        {"CFV": {"COMP": 2}},
        reference=("COMP.FV_MID", *_FV_MID_DETAILS),
        endpoints=_worst("2", "2", "N/N"),
    ),
    Oracle(
        "D05",
        "D10",
        {"CFV": {"COMP": 2}},
        {"CFV": {"COMP": 2}, "FV_MID": {"COMP": 2}},
        {"COMP.FV_MID": "B"},
        waits=_FV_MID_DETAILS,
        endpoints=_worst("2", "2", "N/N"),
    ),
    Oracle(
        "D06",
        "D10",
        {"CFV": {"COMP": 2}, "POPV": {"COMP": 1}},
        {"FV_MID": {"COMP": 2}},
        {"COMP.CFV": "B", "COMP.FV_MID": "B"},
        ("COMP.POPV",),
        waits=(*_CFV_DETAILS, *_FV_MID_DETAILS, "THR.POPV", "EXT.POPV", "ECHO.POPV", "AGE.POPV", "D_REST.POPV", "D_COMP.POPV"),
        endpoints=_worst("2", "2", "N/N"),
    ),
    Oracle("D07", "D10", {"CFV": _NE_WINDOW}, {}, {"COMP.CFV": "A,B"}, waits=_CFV_DETAILS, endpoints=_worst("NE", "0", "NE/Y")),
    Oracle(
        "D08",
        "D10",
        {"CFV": _NE_WINDOW, "POPV": {"COMP": 2}},
        {"POPV": {"COMP": 2}},
        {"COMP.CFV": "B"},
        waits=_CFV_DETAILS,
        endpoints=_worst("2", "2", "N/N"),
    ),
    Oracle("D09", "D10", {"CFV": _NE_WINDOW}, {"CFV": {"COMP": "NE:WRONG_PLANE"}}, endpoints=_worst("NE", "NE", "NE/NE")),
    Oracle("D10", "D10", {}, {}, endpoints=_worst("NI", "NI", "NI/NI"), more={"not_imaged": {"CFV": ["COMP", "FLOW"]}}),
    Oracle(
        "D11",
        "D10",
        {},
        {"EIV": {"FLOW": 2}},
        {"FLOW.EIV": "C"},
        reference=("PHAS.CFV",),
        waits=("THR.EIV", "EXT.EIV", "ECHO.EIV", "AGE.EIV", "PHAS.EIV"),
        endpoints=_worst("0", "0", "Y/Y"),
    ),
    Oracle(
        "D12",
        "D10",
        {},
        {"CFV": {"FLOW": 1}},
        reference=("FLOW.CFV", "THR.CFV", "EXT.CFV", "ECHO.CFV", "AGE.CFV", "PHAS.CFV"),
        endpoints=_worst("0", "0", "Y/Y"),
    ),
    Oracle(
        "D13",
        "D10",
        {"CFV": {"COMP": 2, "FLOW": 2, "THR": "occlusive"}},
        {"CFV": {"COMP": 2, "FLOW": 1}},
        reference=("FLOW.CFV", "THR.CFV"),
        endpoints=_worst("2", "2", "N/N"),
    ),
    Oracle(
        "D14",
        "D10",
        {"CFV": {"COMP": 1}},
        {"CFV": {"COMP": 1, "D_REST": "12.0"}},
        {"D_REST.CFV": "E"},
        endpoints=_worst("1", "1", "Y/Y"),
    ),
    Oracle("D15", "D10", {"CFV": {"COMP": 1}}, {"CFV": {"COMP": 1, "D_REST": "11.0"}}, reference=("D_REST.CFV",)),
    Oracle(
        "D16",
        "M6",
        {"CFV": {"REFP": "yes", "REFS": "0.90"}},
        {"CFV": {"REFP": "yes", "REFS": "1.10"}},
        {"REFS.CFV": "E"},
        endpoints=_worst("0", "0", "Y/Y"),
    ),
    Oracle("D17", "M6", {"GSV": {"REFP": "yes", "REFS": "0.60"}}, {"GSV": {"REFP": "yes", "REFS": "2.40"}}, reference=("REFS.GSV",)),
    Oracle("D18", "D10", {"CFV": {"COMP": 1}}, {"CFV": {"COMP": 1, "ECHO": "mixed"}}, reference=("ECHO.CFV",)),
    Oracle("D19", "D10", {"EIV": {"STENT": "open"}}, {}, {"STENT.EIV": "C"}, endpoints=_worst("0", "0", "Y/Y")),
    Oracle(
        "D20",
        "D10",
        {},
        {"PTV": {"COMP": 2}},
        {"COMP.PTV": "C"},
        waits=("THR.PTV", "EXT.PTV", "ECHO.PTV", "AGE.PTV"),
        endpoints=_worst("0", "0", "Y/Y"),
    ),
    Oracle(
        "D21",
        "D10",
        {"PTV": _NE_WINDOW},
        {"PTV": {"COMP": 2}},
        reference=("COMP.PTV", "THR.PTV", "EXT.PTV", "ECHO.PTV", "AGE.PTV"),
        endpoints=_worst("0", "0", "Y/Y"),
    ),
    Oracle(
        "D22",
        "M6",
        {"CFV": {"COMP": 1, "FLOW": 2}},
        {"CFV": {"COMP": 1, "FLOW": 1}},
        {"FLOW.CFV": "A"},
        endpoints=_worst("1", "1", "N/Y"),
    ),
    Oracle("D23", "D10", {"CFV": {"COMP": 1}}, {"CFV": {"COMP": 1, "D_COMP": "6.0"}}, reference=("D_COMP.CFV",)),
    Oracle("D24", "D10", {"CFV": {"COMP": 1}}, {"CFV": {"COMP": 1, "D_COMP": "6.1"}}, {"D_COMP.CFV": "E"}),
)

# ---------------------------------------------------------------- portal and hepatic veins

_ROLES = {
    **dict.fromkeys(("PV_MAIN", "SMV", "SPLV", "IVC"), "central"),
    **dict.fromkeys(("PV_LEFT", "HV_MIDDLE", "HV_LEFT"), "remnant"),
    **dict.fromkeys(("PV_RIGHT", "HV_RIGHT"), "target"),
    **dict.fromkeys(("PV_RANT", "PV_RPOST", "HV_INF_RIGHT"), "not_present"),
}
ROLES: dict[str, dict[str, str]] = {segment: {"ROLE": role} for segment, role in _ROLES.items()}
_MEASURE = {"DIAM": "10.0", "TAMV": "15.0", "ANGLE": "60"}
_VOLUMES = {"TLV": "1600", "TUMV": "100", "FLRV": "450"}


def liver(said: Said) -> dict[str, dict[str, Any]]:
    """A reading with the targets embolised and all else patent, but for what is said."""
    base: dict[str, dict[str, Any]] = {
        "PV_RIGHT": {"PAT": "embolised"},
        "HV_RIGHT": {"PAT": "embolised"},
        "PV_MAIN": dict(_MEASURE),
        "PV_LEFT": dict(_MEASURE),
    }
    return {segment: base.get(segment, {}) | dict(said.get(segment, {})) for segment in {**base, **said}}


def liver_case(visit: str, one: Said, two: Said, **more: Any) -> dict[str, Any]:
    base = {"visit": visit, "segment_attributes": ROLES, "start": "clean"}
    return base | {"reading_1": liver(one), "reading_2": liver(two)} | more


def _volume(remnant: str) -> Said:
    return {"": _VOLUMES | {"FLRV": remnant}}


@dataclass(frozen=True)
class LiverOracle:
    """As an Oracle, of the portal and hepatic veins."""

    id: str
    visit: str
    one: Said
    two: Said
    disputed: Mapping[str, str] = field(default_factory=dict)
    reference: tuple[str, ...] = ()
    endpoints: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def case(self) -> dict[str, Any]:
        return liver_case(self.visit, self.one, self.two)


LIVERS = (
    LiverOracle("H1", "D3", {}, {"PV_LEFT": {"PAT": "thrombus_under_50"}}, {"PAT.PV_LEFT": "A"}, endpoints={"FLRPVT": ("N", "Y")}),
    LiverOracle("H2", "D3", {}, {"HV_RIGHT": {"PAT": "recanalised"}}, {"PAT.HV_RIGHT": "A,B"}, endpoints={"RECANFL": ("N", "Y")}),
    LiverOracle("H3", "D3", {}, {"HV_RIGHT": {"PAT": "NE:WINDOW"}}, {"PAT.HV_RIGHT": "A,B"}, endpoints={"TECHSUCC": ("Y", "NE")}),
    LiverOracle("H4", "W1", _volume("450"), {"HV_RIGHT": {"PAT": "occluded"}, **_volume("450")}, reference=("PAT.HV_RIGHT",)),
    LiverOracle("H5", "D3", {}, {"PV_LEFT": {"DIAM": "11.0"}}, reference=("DIAM.PV_LEFT",)),
    LiverOracle("H6", "D3", {}, {"PV_LEFT": {"DIAM": "11.2"}}, {"DIAM.PV_LEFT": "E"}),
    LiverOracle("H7", "W3", _volume("449"), _volume("452"), {"FLRV.": "A"}, endpoints={"FLR30FL": ("N", "Y")}),
    LiverOracle("H8", "W3", _volume("500"), _volume("540"), {"FLRV.": "E"}, endpoints={"FLR30FL": ("Y", "Y")}),
)
ALL: tuple[tuple[Path, Oracle | LiverOracle], ...] = (*((DVT, one) for one in LIMBS), *((PORTAL, one) for one in LIVERS))
