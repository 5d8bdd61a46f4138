"""Everything of a package that is made from its tables: each format is a part, and no part knows the lab."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from corelab.export import codebook_page, datapackage, parquet, readers, sr, xlsx
from corelab.export.written import Written


@dataclass(frozen=True, slots=True)
class Part:
    """``write(package, into)`` writes its files below ``into``, the same bytes wherever and whenever. Raises PartRefusedError, OSError.

    ``needs``: modules of an optional extra. ``anew``: whether its tables alone give it, so that verifying makes it again.
    """

    name: str
    write: Callable[[Written, Path], None]
    needs: tuple[str, ...] = ()
    anew: bool = True

    @property
    def is_there(self) -> bool:
        return all(find_spec(module) is not None for module in self.needs)


def _odm(package: Written, into: Path) -> None:
    from corelab.export import odm  # noqa: PLC0415 - loaded when a package is made: the start stays short

    odm.write(package, into)


def _codebook(package: Written, into: Path) -> None:
    from corelab.export import codebook  # noqa: PLC0415 - as above

    codebook.write(package, into)


def _sdtm(package: Written, into: Path) -> None:
    from corelab.export import sdtm  # noqa: PLC0415 - as above

    sdtm.write(package, into)


def _xpt(package: Written, into: Path) -> None:
    from corelab.export.sdtm import xpt  # noqa: PLC0415 - as above

    xpt.write(package, into)


def _agreement(package: Written, into: Path) -> None:
    from corelab.export import agreement  # noqa: PLC0415 - as above

    agreement.write(package, into)


PARTS: tuple[Part, ...] = (
    Part("codebook", _codebook),
    Part("odm", _odm),
    Part("sr", sr.write),
    Part("sdtm", _sdtm),
    Part("xpt", _xpt, needs=("pyreadstat", "pandas")),
    Part("xlsx", xlsx.write_results),
    Part("specification", xlsx.write_specification),
    Part("agreement", _agreement),
    Part("codebook page", codebook_page.write),
    Part("datapackage", datapackage.write),
    Part("readers", readers.write),
    Part("parquet", parquet.write, needs=("pyarrow",)),
)
"""In the order in which they are made."""


PICTURED = "pdf"
"""The part that is made with pictures from the lab: from the tables alone it cannot be made again."""


def parts_here(more: tuple[Part, ...] = ()) -> Mapping[str, Part]:
    """Those whose extras are installed, by name."""
    return {part.name: part for part in (*PARTS, *more) if part.is_there}
