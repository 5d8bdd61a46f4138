"""Everything of a package that is made from its tables: each format is a part, and no part knows the lab."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from zlib import ZLIB_RUNTIME_VERSION

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


def _by(module: str, function: str = "write") -> Callable[[Written, Path], None]:
    """A function of this package that is loaded when a package is made: the start of the program stays short."""

    def write(package: Written, into: Path) -> None:
        getattr(import_module(f"corelab.export.{module}"), function)(package, into)

    return write


PARTS: tuple[Part, ...] = (
    Part("codebook", _by("codebook")),
    Part("odm", _by("odm")),
    Part("sr", _by("sr")),
    Part("sdtm", _by("sdtm")),
    Part("xpt", _by("sdtm.xpt"), needs=("pyreadstat", "pandas")),
    Part("xlsx", _by("xlsx", "write_results")),
    Part("specification", _by("xlsx", "write_specification")),
    Part("agreement", _by("agreement")),
    Part("codebook page", _by("codebook_page")),
    Part("datapackage", _by("datapackage")),
    Part("readers", _by("readers")),
    Part("parquet", _by("parquet"), needs=("pyarrow",)),
)
"""In the order in which they are made."""


PICTURED = "pdf"
"""The part that is made with pictures from the lab: from the tables alone it cannot be made again."""


_LIBRARIES = (
    "lxml", "numpy", "opencv-python-headless", "pandas", "pillow", "pyarrow", "pyreadstat", "reportlab", "simplejpeg", "XlsxWriter",
)  # fmt: skip


def libraries() -> list[str]:
    """What the bytes of parts depend on beside this program, with versions: another zlib packs the same sheet otherwise."""
    found = [f"zlib {ZLIB_RUNTIME_VERSION}"]
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    return found


def parts_here(more: tuple[Part, ...] = ()) -> Mapping[str, Part]:
    """Those whose extras are installed, by name."""
    return {part.name: part for part in (*PARTS, *more) if part.is_there}
