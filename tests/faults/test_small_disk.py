"""The small disk of the tests themselves: a killed test leaves no mount behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.small_disk import mounts_of_our_own

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from pathlib import Path
from tests.faults.small_disk import mounted
with mounted(Path(sys.argv[1]), 1) as disk:
    (disk.place / "file").write_text("on the small disk")
    print("mounted", flush=True)
    sys.stdin.read()
"""


def test_the_disk_of_a_test_is_seen_by_no_other_process_and_goes_when_the_test_is_killed(tmp_path: Path) -> None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    if refused := mounts_of_our_own():
        pytest.skip(f"this process cannot have mounts of its own here: {refused}")
    place = tmp_path / "small"
    child = subprocess.Popen([sys.executable, "-c", PROGRAM, place], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "mounted\n"
    assert list(place.iterdir()) == []
    assert str(place) not in Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    child.kill()
    child.communicate()
    place.rmdir()
