"""The charters that a package carries, against the hashes that its manifest names."""

import re

from corelab.domain.charter import Charter, CharterError, approved_charter
from corelab.export.check.fault import PackageFault
from corelab.export.check.listing import Loaded
from corelab.export.manifest import MANIFEST
from corelab.export.versions import Versions, VersionsDifferError

_CHARTER = re.compile(r"codebook/charter_[0-9.]+\.toml")


def versions_of(loaded: Loaded) -> tuple[Versions | None, tuple[PackageFault, ...]]:
    """The versions of the charter that the package carries; none where one of them cannot be read."""
    charters: list[Charter] = []
    faults: list[PackageFault] = []
    try:
        named = [one.get("hash") for one in loaded.manifest.get("charter", [])]
    except (AttributeError, TypeError):
        return None, (PackageFault(MANIFEST, "names no charter"),)
    for path in sorted(path for path in loaded.present if _CHARTER.fullmatch(path)):
        try:
            charters.append(approved_charter(loaded.content(path)))
        except CharterError as error:
            return None, (PackageFault(path, f"is no charter: {len(error.faults)} faults"),)
        except (ValueError, OSError) as error:
            return None, (PackageFault(path, f"cannot be read ({type(error).__name__})"),)
        if charters[-1].hash not in named:
            faults.append(PackageFault(path, "is not the charter that the manifest names"))
    if not charters:
        return None, (PackageFault("codebook", "holds no charter"),)
    try:
        return Versions.of(charters), tuple(faults)
    except VersionsDifferError as error:
        return None, (*faults, PackageFault("codebook", f"holds charters that do not belong together: {error}"))
