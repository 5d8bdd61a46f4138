"""Every other file of a package, made again from its tables in a folder of its own and compared byte by byte."""

import filecmp
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corelab.export import subject_pdf
from corelab.export.check.fault import PackageFault
from corelab.export.parts import PICTURED, Part, libraries
from corelab.export.written import PartRefusedError, Written

_WRONG = (PartRefusedError, OSError, LookupError, ValueError, TypeError, ArithmeticError, AttributeError)
"""What a part may raise that reads tables, charters or a trail that nobody wrote so."""
_AUDIT = ("events.jsonl", "openings.jsonl", "signatures.jsonl", "keys.json", "checkpoint.txt", "verify_standalone.py")
_NO_PART = frozenset({*(f"audit/{name}" for name in _AUDIT), "qc/checks.json", "README.txt", "CHANGES.md", "corelab.pub"})
"""What is there beside tables, charters and parts."""
_CHARTERS = "codebook/charter_"


@dataclass
class MadeAnew:
    """``same``: files that are what the tables give. ``left``: parts that were not made again, each with the reason."""

    faults: list[PackageFault] = field(default_factory=list)
    same: int = 0
    left: dict[str, str] = field(default_factory=dict)


def made_anew(package: Written, product: str, parts: Sequence[Part], present: frozenset[str]) -> MadeAnew:
    """``product``: this program and its version. What another version made, or with other libraries, is not made again."""
    made, known = MadeAnew(), {part.name: part for part in parts}
    said = package.facts.get("parts")
    named = list(map(str, said)) if isinstance(said, list) else []
    if not isinstance(said, list) or package.facts.get("product") != product:
        made.left = dict.fromkeys(named, f"made by {package.facts.get('product')}")
        return made
    if package.facts.get("libraries") != libraries():
        made.left = dict.fromkeys(named, "made with other versions of libraries")
        return made
    given = _NO_PART | {table.path for table in package.tables}
    for name in named:
        why = _not_here(name, known.get(name))
        if why is not None:
            made.left[name] = why
            continue
        with tempfile.TemporaryDirectory(prefix="corelab-") as scratch:
            given |= _compared(made, package, known[name], Path(scratch))
    if PICTURED in made.left:
        given |= _named(made, package, present)
    if made.left.keys() <= {PICTURED}:
        strays = sorted(path for path in present - given if not path.startswith(_CHARTERS))
        made.faults += (PackageFault(path, "follows from no table") for path in strays)
    return made


def _named(made: MadeAnew, package: Written, present: frozenset[str]) -> frozenset[str]:
    """The documents of subjects by their names: what is in them cannot be made again, that each is there can be seen."""
    names = frozenset(subject_pdf.paths(package))
    made.faults += (PackageFault(path, "is missing, its tables give it") for path in sorted(names - present))
    return names


def _not_here(name: str, part: Part | None) -> str | None:
    if name == PICTURED:
        return "its pictures are in the lab"
    if part is None:
        return "not known to this program"
    return None if part.is_there else f"needs {' and '.join(part.needs)}"


def _compared(made: MadeAnew, package: Written, part: Part, scratch: Path) -> set[str]:
    try:
        part.write(package, scratch)
    except _WRONG as error:
        made.faults.append(PackageFault(part.name, f"cannot be made anew ({type(error).__name__})"))
        return set()
    given = {path.relative_to(scratch).as_posix(): path for path in sorted(scratch.rglob("*")) if path.is_file()}
    for name, path in given.items():
        there = package.folder / name
        if not there.is_file():
            made.faults.append(PackageFault(name, "is missing, its tables give it"))
        elif not filecmp.cmp(path, there, shallow=False):
            made.faults.append(PackageFault(name, "is not what its tables give"))
        else:
            made.same += 1
    return set(given)
