"""SDTM files are the same bytes from another process, with another order of sets and another time zone."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from tests.charter_builders import DVT, PORTAL, full
from tests.sdtm_builders import a_package

_MAKES = """
import pickle, sys
from pathlib import Path
from corelab.export import sdtm
from corelab.export.sdtm import xpt
from corelab.export.versions import Versions
from corelab.export.written import Written
from corelab.domain.charter import load_charter
from corelab.export.tables import tables_for
held, into = Path(sys.argv[1]), Path(sys.argv[2])
charter = load_charter((held / "charter.toml").read_bytes())
facts = pickle.loads((held / "facts").read_bytes())
package = Written(held, facts, Versions.of([charter]), tables_for(charter))
sdtm.write(package, into)
xpt.write(package, into)
"""
FILES = ("cv.json", "cv.xpt", "define.html", "define.xml", "define2-1.xsl", "suppcv.json", "suppcv.xpt")


@pytest.mark.parametrize("name", [DVT, PORTAL])
def test_another_process_makes_the_same_bytes(tmp_path: Path, name: str) -> None:
    held = tmp_path / "package"
    package = a_package(held, name)
    (held / "charter.toml").write_text(full(name), "utf-8")
    (held / "facts").write_bytes(pickle.dumps(dict(package.facts)))
    made = []
    for seed, zone in (("1", "UTC"), ("4242", "Pacific/Auckland")):
        into = tmp_path / seed
        into.mkdir()
        said = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        subprocess.run([sys.executable, "-c", _MAKES, str(held), str(into)], env=said, check=True, cwd=Path(__file__).parents[2])
        made.append({path.name: path.read_bytes() for path in (into / "sdtm").iterdir()})
    assert sorted(made[0]) == list(FILES)
    assert made[0] == made[1]
