"""What the kernel keeps a child from, tried by a process that does its worst."""

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from corelab.domain.intake import Outcome
from corelab.imaging import child
from corelab.imaging.deid.candidate import Decision
from tests.child_builders import MARK, a_long_clip, processes_at
from tests.dicom_builders import a_file

VERSION = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) if sys.platform == "linux" else 0
pytestmark = pytest.mark.skipif(VERSION < 1, reason="this kernel does not confine")

WORST = """
import json, os, socket, sys
from pathlib import Path
from corelab.imaging.child.confine import confine
outside, own, port = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
os.chdir(own)
confined = confine(os.open(".", os.O_RDONLY))
def tried(work):
    try:
        work()
    except PermissionError:
        return "refused"
    except OSError as error:
        return error.__class__.__name__
    return "done"
ways = {
    "write": lambda: (outside / "new").write_bytes(b"x"),
    "overwrite": lambda: (outside / "there").write_bytes(b"x"),
    "append": lambda: (outside / "there").open("ab").write(b"x"),
    "remove": lambda: (outside / "there").unlink(),
    "rename": lambda: (outside / "there").rename(outside / "gone"),
    "link": lambda: os.link(outside / "there", outside / "second"),
    "symlink": lambda: (outside / "soft").symlink_to("there"),
    "folder": lambda: (outside / "folder").mkdir(),
    "through a link": lambda: (own / "way").symlink_to(outside / "new") or (own / "way").write_bytes(b"x"),
    "kill": lambda: os.kill(os.getppid(), 0),
    "connect": lambda: socket.create_connection(("127.0.0.1", port), 1).close(),
    "read": lambda: (outside / "there").read_bytes(),
    "own": lambda: (own / "mine").write_bytes(b"x"),
    "null": lambda: open(os.devnull, "wb").write(b"x"),
}
print(json.dumps({"confined": confined, **{name: tried(work) for name, work in ways.items()}}))
"""


def test_it_changes_nothing_outside_its_folder(tmp_path: Path) -> None:
    outside, own = tmp_path / "outside", tmp_path / "own"
    for folder in (outside, own):
        folder.mkdir()
    (outside / "there").write_bytes(b"kept")
    done = subprocess.run([sys.executable, "-c", WORST, outside, own, "9"], capture_output=True, check=True, cwd=Path(__file__).parents[2])
    told = json.loads(done.stdout)
    free = {"confined", "read", "own", "null"}
    assert {told[name] for name in free} == {True, "done"}
    always = set(told) - free - {"connect", "kill"}
    assert {name: told[name] for name in always} == dict.fromkeys(always, "refused")
    if VERSION >= 4:
        assert told["connect"] == "refused"
    if VERSION >= 6:
        assert told["kill"] == "refused"
    assert {path.name for path in outside.iterdir()} == {"there"}
    assert (outside / "there").read_bytes() == b"kept"


def test_every_child_is_confined(tmp_path: Path) -> None:
    seen: list[str] = []

    def looked() -> bool:
        seen.extend(Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace") for process in processes_at(tmp_path))
        return any("NoNewPrivs:\t1" in status for status in seen)

    with pytest.raises(child.ChildStoppedError):
        child.prepared(a_long_clip(tmp_path / "1.bin"), tmp_path / "1.new", MARK, Decision(), cancelled=looked)
    told = child.prepared(a_file(tmp_path / "2.bin"), tmp_path / "2.new", MARK, Decision())
    assert told.outcome is Outcome.CHECKED
    assert "NoNewPrivs:\t0" in Path(f"/proc/{os.getpid()}/status").read_text(encoding="ascii", errors="replace")
