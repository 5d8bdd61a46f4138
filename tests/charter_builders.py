"""The charters that ship, those of the tests, and what is found in them when a piece of their text is replaced."""

from functools import cache
from pathlib import Path

from corelab.domain.charter import check_charter
from corelab.resources import resource

FULL = Path(__file__).parent / "data" / "charters"
DVT, PORTAL, ODD = "dvt_lower_extremity", "portal_hepatic", "odd"
SHIPPED = (DVT, PORTAL)
REDUCED = FULL / "compressibility.toml"
"""The leg charter reduced to compressibility, colour filling and image quality."""
COMP_LEAF = '{ item = "COMP", segment = "each", op = "eq", value = "none" }'


@cache
def full(name: str) -> str:
    file = resource("charters", f"{name}.toml") if name in SHIPPED else FULL / f"{name}.toml"
    return file.read_text(encoding="utf-8")


@cache
def standing(name: str) -> frozenset[tuple[str, str]]:
    return frozenset((fault.code, fault.path) for fault in check_charter(full(name).encode()).faults)


def faults(name: str, *replacements: tuple[str, str]) -> list[tuple[str, str]]:
    """(code, path) of every error of a full charter in which pieces are replaced, then of every warning that it did not have before."""
    text = full(name)
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    found = [(fault.code, fault.path) for fault in check_charter(text.encode()).faults]
    return [one for one in found if one not in standing(name)]
