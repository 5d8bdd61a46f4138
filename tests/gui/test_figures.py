"""What the window measures for the goals of speed: each figure comes from real keys, paints and clips. How fast it is is not tested."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from corelab.services.bench_goals import Goal, Theme
from corelab.services.bench_playing import Plan, Sizes, WindowFigures, measure
from corelab.ui import figures
from tests.builders import Lab

TINY = Sizes((160, 120), 4, 0.4, 2)
FEWEST_DUE = int(0.4 * 30)


def test_the_window_measures_all_that_its_goals_ask(qtbot: QtBot, reading_lab: Lab, tmp_path: Path) -> None:
    measured: list[WindowFigures] = []

    def window(plan: Plan) -> WindowFigures:
        measured.append(figures.measure(reading_lab.open, reading_lab.reader_1, plan))
        return measured[0]

    results, where = measure(tmp_path, TINY, window, lambda _: None)
    assert where == "a window on offscreen"
    assert {one.theme for one in results} == {Theme.PLAYING, Theme.WINDOW}
    assert {one.id for one in results if not isinstance(one, Goal)} == {"stalls-idle"}
    assert all(one.value >= 0 for one in results if isinstance(one, Goal))
    assert 0 <= measured[0].idle_ms.low <= measured[0].idle_ms.value <= measured[0].idle_ms.high
    assert all(one.spread.low > 0 for one in results if isinstance(one, Goal) and one.spread is not None)
    assert list(measured[0].plays) == ["jpeg", "two", "jpeg-2000"]
    for played in measured[0].plays.values():
        assert played.due >= FEWEST_DUE - 1
        assert 0 <= played.dropped <= played.due
        assert 0 <= played.stall_p95_ms <= played.stall_max_ms
