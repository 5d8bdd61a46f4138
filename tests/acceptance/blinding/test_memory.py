"""The memory of the program in which a reader works holds nothing of the other reader's grades: it never opened them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.acceptance.blinding.probes import Mark, Probes
from tests.acceptance.blinding.world import ME, OTHERS_NOTE, World
from tests.acceptance.leaks import found_in_memory
from tests.builders import PASSWORD

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read as Linux shows it")]

OWN = Mark("own note: the control", "marmalade-tuba-8812")
PROGRAM = """
import os, sys
from pathlib import Path
from corelab import app
from corelab.services import accounts
from corelab.ui.application import dress
from corelab.ui.desk import Desk
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.main_window import MainWindow

dressed = dress()
lab = app.open_lab(Path(sys.argv[1]))
session = accounts.sign_in(lab, os.environ["CORELAB_USER"], os.environ.pop("CORELAB_PASSWORD"))
window = MainWindow()
window.resize(1600, 1000)
window.show()
window.begin(Desk(lab, session, ImmediateJobs()))
from corelab.services import reading
row = reading.worklist(lab, session).next
window.open_page("reading", row.assignment)
dressed.processEvents()
window.grab()
print("open", window.current.name, flush=True)
sys.stdin.readline()
"""


@contextmanager
def at_work(world: World) -> Iterator[int]:
    """The reader at hand has a reading open, in a process of its own; its number."""
    told = {
        "CORELAB_USER": ME,
        "CORELAB_PASSWORD": PASSWORD,
        "QT_QPA_PLATFORM": "offscreen",
        "CORELAB_CONFIG": str(world.folder / "person"),
    }
    command = [sys.executable, "-c", PROGRAM, str(world.lab.open.folder)]
    with subprocess.Popen(command, env={**os.environ, **told}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "open reading\n"
        try:
            yield program.pid
        finally:
            program.kill()


def test_p11_55_the_readers_program_never_held_the_others_note(world: World, probes: Probes) -> None:
    world.reads(world.other, OTHERS_NOTE, COMP_CFV=2)
    world.reads(world.me, OWN.words, sign=False)
    world.leave()
    with at_work(world) as program:
        counts = found_in_memory(program, [OWN.words, OTHERS_NOTE])
    assert counts[OWN.words, "UTF-8"] + counts[OWN.words, "UTF-16"] > 0, "the control is found: memory can be looked through"
    for (word, way), count in counts.items():
        if word != OWN.words:
            probes.hold("memory of the reader's program", f"{word} in {way}", fine=count == 0)
