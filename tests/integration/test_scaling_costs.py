"""The sizes of the plan are those of a real lab: a simulated trial takes as many bytes as the plan says."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from corelab import app
from corelab.domain.scaling.costs import MEASURED
from corelab.domain.scaling.load import Load
from corelab.domain.scaling.plan import records_of_exam
from corelab.services import charters, simulation
from corelab.services.planning import with_charter
from corelab.services.simulation import Plan

_EMPTY = 600_000
"""Bytes of a lab in a folder before anything comes in: on a server it is `per_lab`."""


def counted(database: Path) -> dict[str, int]:
    """How many events of each kind there are, and the bytes of the whole file."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as file:
        kinds = dict(file.execute("SELECT kind, count(*) FROM event GROUP BY kind"))
        (pages,), (size,) = file.execute("PRAGMA page_count").fetchone(), file.execute("PRAGMA page_size").fetchone()
    return {**kinds, "bytes": pages * size}


@pytest.mark.parametrize("charter", ["dvt-lower-extremity", "portal-hepatic"])
def test_a_trial_is_as_large_as_the_plan_says(tmp_path: Path, charter: str) -> None:
    content = charters.read(charter)
    app.simulate(tmp_path / "lab", content, Plan(subjects=1, seed=3, until=simulation.Until.ADJUDICATED), lambda *_: None)
    found = counted(tmp_path / "lab" / "corelab.db")
    exams = found["exam.assigned"]
    load = replace(
        with_charter(Load(), content),
        clips=found["clip.released"] / exams,  # type: ignore[arg-type]  # of this lab on average
        readings=found["reading.signed"] / exams,  # type: ignore[arg-type]
        case_share=found.get("case.opened", 0) / exams,
        answers=found["answer.changed"] / found["reading.signed"],  # type: ignore[arg-type]
    )
    costs = replace(MEASURED, on_server=1.0, showings=found["clips.shown"] / found["reading.signed"])
    assert _EMPTY + exams * records_of_exam(load, costs) == pytest.approx(found["bytes"], rel=0.12)
