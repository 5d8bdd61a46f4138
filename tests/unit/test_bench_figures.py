"""What a measurement of speed makes of its figures: ratios, spreads, reasons, words. Nothing is timed."""

import pytest

from corelab.app import _platforms
from corelab.cli.bench_words import document, number, reason, table
from corelab.services.bench_goals import Beside, Goal, NotMeasured, Report, Spread, Theme, under
from corelab.services.bench_load import Ticks, from_line, others
from corelab.services.bench_memory import private_bytes
from corelab.services.bench_peers import BESIDE, PeerFailedError, frame_rate, run

SPREAD = Spread(0.5, 0.4, 0.9)
MET = Goal.over("met", "what is met", SPREAD, 0.5)
MISSED = Goal.over("missed", "what is missed", SPREAD, 0.45)
REPORT = Report(
    (
        *under(Theme.PICTURES, (MET, Beside("peer", "beside a peer", SPREAD), NotMeasured("gone", "beside it", "it was not there")), 0.5),
        *under(Theme.RECORDS, (MISSED,), 0.5),
    ),
    ("2 processors", "window on offscreen"),
)


def test_a_goal_is_met_up_to_its_limit() -> None:
    assert [Goal("id", "what", value, 0.2).ok for value in (0.1, 0.2, 0.21)] == [True, True, False]


def test_the_ratio_of_each_turn_counts_not_that_of_the_sums() -> None:
    assert Spread.ratio([1, 20, 3], [2, 10, 3]) == Spread(1.0, 0.5, 2.0)
    assert Spread.of([4.0, 1.0]).times(10) == Spread(25.0, 10.0, 40.0)


def test_what_was_not_measured_has_no_spread() -> None:
    with pytest.raises(ValueError, match="median"):
        Spread.of([])


def test_a_theme_once_given_stays_and_the_load_is_added() -> None:
    (goal,) = under(Theme.MEMORY, under(Theme.WINDOW, (MET,), None), 0.25)
    assert isinstance(goal, Goal)
    assert (goal.theme, goal.others, goal.ok) == (Theme.WINDOW, 0.25, True)


@pytest.mark.parametrize(
    ("spread", "taken", "said"),
    [
        (SPREAD, 0.64, "other programs took 64% of the processors meanwhile; some turns met it"),
        (Spread(0.5, 0.48, 0.9), 0.64, "other programs took 64% of the processors meanwhile; no turn met it"),
        (Spread(0.5, 0.48, 0.9), 0.05, "no turn met it; the machine was free: it is slower than its goal"),
        (None, 0.05, "the machine was free: it is slower than its goal"),
        (None, None, "how busy the machine was is not known"),
    ],
)
def test_a_missed_goal_tells_why(spread: Spread | None, taken: float | None, said: str) -> None:
    assert reason(Goal("id", "what", 0.5, 0.45, spread, taken)) == said


def test_a_goal_that_is_met_needs_no_reason() -> None:
    assert reason(MET) == ""


def test_the_processors_time_of_others_is_what_is_busy_and_not_our_own() -> None:
    before = from_line("cpu  100 0 100 700 100 0 0 0 50 0", 1.0, 100)
    assert before == Ticks(10.0, 2.0, 1.0)
    after = Ticks(20.0, 9.0, 3.0)
    assert others(before, after) == pytest.approx(0.5)
    assert others(after, after) is None
    assert others(None, after) is None
    assert others(before, Ticks(20.0, 3.0, 8.0)) == 0.0


def test_private_memory_is_what_the_system_cannot_take_back() -> None:
    rollup = "55e-7ff ---p 00000000 00:00 0 [rollup]\nRss: 900 kB\nPrivate_Clean: 500 kB\nPrivate_Dirty: 300 kB\nPrivate_Hugetlb: 4 kB\n"
    assert private_bytes(rollup) == 304 * 1024


def test_the_rate_of_the_c_library_is_read_from_its_words() -> None:
    assert frame_rate("Decompress    --> Frame rate:         120.393039 fps\n") == 120.393039
    with pytest.raises(PeerFailedError):
        frame_rate("tjbench: cannot open file")
    with pytest.raises(PeerFailedError):
        frame_rate("Frame rate: 0.0 fps")


def test_a_program_that_is_not_there_fails_as_a_peer() -> None:
    with pytest.raises(PeerFailedError) as failed:
        run(["corelab-no-such-program"])
    assert failed.value.program == "corelab-no-such-program"


def test_peers_are_told_what_to_read_and_where_to_write() -> None:
    for peer in {peer for peers in BESIDE.values() for peer in peers}:
        assert {"{file}", "{out}"} <= set(peer.arguments)


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "0"), (0.00412, "0.0041"), (0.532, "0.532"), (1.104, "1.10"), (12.34, "12.3"), (130, "130"), (-3.21, "-3.21")]
)
def test_numbers_keep_the_digits_that_tell_something(value: float, said: str) -> None:
    assert number(value) == said


def test_the_document_keeps_its_keys_and_adds_spread_theme_and_reason() -> None:
    told = document(REPORT)
    assert [{key: goal[key] for key in ("id", "what", "value", "limit", "ok")} for goal in told["goals"]] == [
        {"id": "met", "what": "what is met", "value": 0.5, "limit": 0.5, "ok": True},
        {"id": "missed", "what": "what is missed", "value": 0.5, "limit": 0.45, "ok": False},
    ]
    met, missed = told["goals"]
    assert (met["low"], met["high"], met["theme"], met["reason"]) == (0.4, 0.9, "pictures", "")
    assert missed["reason"] == reason(REPORT.goals[1])
    assert told["beside"] == [{"id": "peer", "what": "beside a peer", "value": 0.5, "low": 0.4, "high": 0.9, "theme": "pictures"}]
    assert told["not_measured"] == [{"id": "gone", "what": "beside it", "reason": "it was not there", "theme": "pictures"}]
    assert told["where"] == ["2 processors", "window on offscreen"]


@pytest.mark.parametrize("width", [90, 140])
def test_the_table_stands_by_theme_and_ends_with_what_was_missed_and_why(width: int) -> None:
    lines = table(REPORT, width=width).splitlines()
    assert lines.index("Pictures") < lines.index("Records")
    rows = {line.split()[1]: line.split() for line in lines if line.split()[:1] in (["ok"], ["MISS"], ["none"])}
    assert rows["met"][:4] == ["ok", "met", "0.500", "0.500"]
    assert rows["missed"][:4] == ["MISS", "missed", "0.500", "0.450"]
    assert rows["gone"][:3] == ["none", "gone", "-"]
    assert ("0.400 to 0.900" in "\n".join(lines)) == (width == 140)
    end = " ".join("\n".join(lines).split())
    assert "1 of 2 goals met. Measured on: 2 processors, window on offscreen." in end
    assert f"missed: 0.500 where at most 0.450 was the goal; {reason(REPORT.goals[1])}." in end
    assert end.endswith("1 not measured: gone.")


def test_windows_are_shown_on_the_screen_that_is_there_and_else_in_memory() -> None:
    assert _platforms({}, "linux") == "offscreen"
    assert _platforms({"DISPLAY": ":99", "WAYLAND_DISPLAY": ""}, "linux") == "xcb;offscreen"
    assert _platforms({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "linux") == "wayland;xcb;offscreen"
    assert [_platforms({}, system) for system in ("win32", "darwin")] == ["windows", "cocoa"]
