"""Parts of a package have the same bytes from other processes, whatever their hash seed, zone, locale, folder and rights are."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.written_packages import a_package

_WRITE = """
import sys
from pathlib import Path
from corelab.export.parts import PARTS
from corelab.export.versions import Versions
from corelab.export.written import Written
from corelab.domain.charter import approved_charter
from tests.written_builders import FACTS, all_tables
folder, into = map(Path, sys.argv[1:3])
content = next((folder / "codebook").glob("charter_*.toml")).read_bytes()
package = Written(folder, FACTS, Versions.of([approved_charter(content)]), all_tables(content))
for part in PARTS:
    if part.name in sys.argv[3:]:
        into.mkdir(exist_ok=True)
        part.write(package, into)
"""
PARTS = ("xlsx", "specification", "codebook page", "datapackage", "readers", "parquet")
ROOMS = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland", "LC_ALL": "C", "LANG": "C"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
)


def hashes(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def written_in(room: dict[str, str], package: Path, into: Path) -> dict[str, str]:
    command = ["bash", "-c", 'umask "$1"; shift; exec "$@"', "bash", "077" if room["TZ"].startswith("P") else "002"]
    run = [sys.executable, "-c", _WRITE, str(package), str(into), *PARTS]
    root = Path(__file__).parents[2]
    subprocess.run([*command, *run], check=True, env={**os.environ, **room}, cwd=root, timeout=300, capture_output=True)
    return hashes(into)


@pytest.mark.skipif(os.name == "nt", reason="umask is of Unix")
def test_two_processes_in_different_rooms_write_the_same_bytes(tmp_path: Path) -> None:
    package = a_package(tmp_path / "p")
    one, two = (written_in(room, package.folder, tmp_path / f"into {number}") for number, room in enumerate(ROOMS))
    assert one == two
    places = {path.partition("/")[0] for path in one}
    assert places == {"xlsx", "codebook", "datapackage.json", "import", "parquet"}
    assert len(one) == 7 + len(package.tables)
