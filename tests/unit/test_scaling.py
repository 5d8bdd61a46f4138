"""The plan for more readers and trials: its formulas against closed forms, its day against the formulas, and what grows with what."""

from dataclasses import replace
from itertools import accumulate, pairwise
from math import exp, factorial, inf
from random import Random

import pytest

from corelab.domain.scaling.costs import MEASURED
from corelab.domain.scaling.day import day
from corelab.domain.scaling.load import Load, Machines
from corelab.domain.scaling.plan import FULL, Part, hold_of_intake, hold_of_save, intake_commits, plan, records_of_exam, saves
from corelab.domain.scaling.queues import mean_wait, percentile, share_waiting, waits
from corelab.domain.scaling.steps import ASIDE, STEPS

HOUSE = Machines()
MANY = 200_000


def arrivals(per_second: float, service: float, seed: int = 1) -> list[tuple[float, float]]:
    chance = Random(seed)  # noqa: S311 - no secret
    return [(at, service) for at in accumulate(chance.expovariate(per_second) for _ in range(MANY))]


def by_chance(per_second: float, mean: float, seed: int = 1) -> list[tuple[float, float]]:
    chance = Random(seed + 1)  # noqa: S311 - no secret; another seed than the arrivals', or a long turn would follow a long pause
    return [(at, chance.expovariate(1 / mean)) for at, _ in arrivals(per_second, 0, seed)]


# ---------------------------------------------------------------- lines


@pytest.mark.parametrize("load", [0.2, 0.5, 0.8])
def test_a_line_with_equal_turns_waits_as_the_formula_says(load: float) -> None:
    """M/D/1: half the wait of turns by chance."""
    assert mean_wait(load, 1, 1) == pytest.approx(load / (2 * (1 - load)))
    found = waits(arrivals(load, 1))
    assert sum(found) / MANY == pytest.approx(mean_wait(load, 1, 1), rel=0.05)


@pytest.mark.parametrize("load", [0.2, 0.5, 0.8])
def test_a_line_with_turns_by_chance_waits_twice_as_long(load: float) -> None:
    """M/M/1: the square of an exponential time is twice that of its mean; a wait longer than t has the share load x exp(-(1 - load) t)."""
    assert mean_wait(load, 1, 2) == pytest.approx(load / (1 - load))
    found = waits(by_chance(load, 1))
    assert sum(found) / MANY == pytest.approx(mean_wait(load, 1, 2), rel=0.08)
    assert sum(wait > 2 for wait in found) / MANY == pytest.approx(load * exp(-(1 - load) * 2), rel=0.08)


@pytest.mark.parametrize(("load", "counters"), [(0.5, 1), (1.5, 2), (4.0, 5), (7.0, 10)])
def test_several_counters_are_all_taken_as_often_as_erlang_says(load: float, counters: int) -> None:
    below = sum(load**n / factorial(n) for n in range(counters))
    top = load**counters / factorial(counters) * counters / (counters - load)
    assert share_waiting(load, counters) == pytest.approx(top / (below + top))
    found = waits(by_chance(load, 1), counters)
    assert sum(wait > 0 for wait in found) / MANY == pytest.approx(share_waiting(load, counters), rel=0.05)
    assert sum(found) / MANY == pytest.approx(share_waiting(load, counters) / (counters - load), rel=0.12)


def test_more_than_can_be_served_waits_without_end() -> None:
    assert mean_wait(1, 1, 1) == inf
    assert share_waiting(2, 2) == 1.0
    assert waits([(0, 3), (1, 3), (2, 3)]) == [0, 2, 4]
    assert waits([(0, 3), (1, 3), (2, 3)], 2) == [0, 0, 1]


def test_a_percentile_is_one_of_the_values() -> None:
    assert [percentile(range(1, 101), share) for share in (0.5, 0.95, 1.0)] == [50, 95, 100]
    assert percentile([3.0], 0.95) == 3.0
    assert percentile([], 0.95) == 0.0


# ---------------------------------------------------------------- a day


def test_the_same_seed_gives_the_same_day_and_another_one_another() -> None:
    load = Load(hours=2)
    assert day(load, HOUSE) == day(load, HOUSE)
    assert day(load, HOUSE, seed=2) != day(load, HOUSE)


@pytest.mark.parametrize("readers", [20, 100])
def test_a_day_is_as_busy_as_the_plan_says(readers: int) -> None:
    """But for the morning in which people come, and the readings that outlast the day."""
    load, machines = Load(readers=readers), Machines(trip_ms=2, archive_mb_s=1e6)
    planned, played = plan(load, machines), day(load, machines)
    assert played.readings == pytest.approx(readers * load.hours * 60 / load.minutes, rel=0.04)
    assert played.saving.busy == pytest.approx(planned.busy[Part.WRITER_LINE], rel=0.08)
    assert played.first_clip.busy == pytest.approx(planned.busy[Part.ARCHIVE_LINK], rel=0.08)
    assert played.saving.count == played.readings * round(saves(load, MEASURED))


def test_saves_of_many_readers_wait_as_arrivals_by_chance_do() -> None:
    """The saves of a hundred readers, each at its own pace, come as if by chance: but for the quiet ends of the day, the formula holds."""
    load, machines = Load(readers=100), Machines(trip_ms=1)
    played = day(load, machines)
    turns = {
        hold_of_save(load, machines, MEASURED): saves(load, MEASURED),
        hold_of_intake(machines, MEASURED): intake_commits(load, MEASURED),
    }
    mean, square = (sum(turn**power * often for turn, often in turns.items()) / sum(turns.values()) for power in (1, 2))
    spread = 1 + 0.5**2 / 3  # turns are between half and one and a half of the mean one
    assert played.saving.mean == pytest.approx(mean_wait(played.saving.busy / mean, mean, square * spread), rel=0.25)


def test_only_readers_of_one_lab_wait_for_each_other() -> None:
    together = day(Load(readers=100, trials=1), Machines(trip_ms=2))
    apart = day(Load(readers=100, trials=10), Machines(trip_ms=2))
    assert together.readings == apart.readings
    assert together.first_clip == apart.first_clip
    assert together.saving.p95 > apart.saving.p95


# ---------------------------------------------------------------- what grows with what


def test_everything_is_as_busy_as_there_are_readers() -> None:
    small, large = plan(Load(readers=10), HOUSE), plan(Load(readers=20), HOUSE)
    for part in Part:
        assert large.busy[part] == pytest.approx(2 * small.busy[part], rel=0.05), part
    assert large.sizes.records == small.sizes.records
    assert large.sizes.reading_days == small.sizes.reading_days / 2


GROWING = {
    "subjects": ("records", "largest", "clips", "reading_days"),
    "visits": ("records", "largest", "clips", "reading_days"),
    "trials": ("records", "clips", "reading_days"),
    "clips": ("records", "clips", "traffic_per_reading", "log_per_day"),
    "clip_mb": ("clips", "traffic_per_reading"),
    "envelope": ("records", "log_per_day"),
    "cells": ("records",),
    "case_share": ("records",),
    "answers": ("records", "log_per_day"),
}


@pytest.mark.parametrize("name", GROWING)
def test_sizes_grow_with_what_makes_them(name: str) -> None:
    load = Load()
    more = replace(load, **{name: getattr(load, name) * 2})
    small, large = plan(load, HOUSE).sizes, plan(more, HOUSE).sizes
    for size in ("records", "largest", "clips", "reading_days", "log_per_day", "traffic_per_reading"):
        assert getattr(large, size) >= getattr(small, size), size
        if size in GROWING[name]:
            assert getattr(large, size) > getattr(small, size), size


RELIEVED = {
    "trip_ms": (0.5, {Part.WRITER_LINE}),
    "commit_ms": (0.5, {Part.WRITER_LINE}),
    "link_mbit": (2, {Part.WRITER_LINE, Part.SERVER_LINK, Part.ARCHIVE_LINK}),
    "cores": (2, {Part.SERVER_CORES}),
    "log_mb_s": (2, {Part.SERVER_LOG}),
    "archive_mb_s": (2, {Part.ARCHIVE_DISK}),
    "connections": (2, {Part.CONNECTIONS}),
}


@pytest.mark.parametrize("name", RELIEVED)
def test_a_better_machine_relieves_the_parts_it_is_for_and_no_other(name: str) -> None:
    by, parts = RELIEVED[name]
    load, better = Load(readers=100), replace(HOUSE, **{name: type(getattr(HOUSE, name))(getattr(HOUSE, name) * by)})
    before, after = plan(load, HOUSE).busy, plan(load, better).busy
    assert {part for part in Part if after[part] < before[part]} == parts
    assert {part for part in Part if after[part] > before[part]} == set()


def test_a_part_is_full_with_the_readers_that_the_plan_names() -> None:
    found = plan(Load(readers=10), HOUSE)
    for part in Part:
        with_so_many = plan(Load(readers=found.readers_at(part)), HOUSE)
        assert with_so_many.busy[part] == pytest.approx(FULL, rel=0.1), part
    assert found.first is max(found.busy, key=found.busy.__getitem__)


def test_records_are_the_sum_of_what_they_hold() -> None:
    costs = replace(MEASURED, on_server=1.0)
    bare = Load(clips=0, answers=0, case_share=0, envelope=0, cells=0)
    of_exam = 2 * (costs.per_reading + costs.showings * costs.per_showing) + costs.per_exam
    assert records_of_exam(bare, costs) == of_exam
    assert records_of_exam(replace(bare, clips=3, cells=5), costs) == of_exam + 3 * costs.per_clip + 5 * costs.per_cell
    assert records_of_exam(replace(bare, envelope=1000, case_share=0.5), costs) == of_exam + 2 * 1000 + 0.5 * (3000 + costs.per_case)
    assert records_of_exam(bare, MEASURED) == MEASURED.on_server * of_exam
    assert intake_commits(replace(bare, clips=10), costs) == (10 * costs.clip_commits + costs.exam_commits) / 2


# ---------------------------------------------------------------- the steps


def test_each_step_is_larger_and_nothing_is_full_after_what_was_turned() -> None:
    for smaller, larger in pairwise(STEPS):
        assert larger.load.readers > smaller.load.readers
        assert larger.load.exams > smaller.load.exams
    for step in STEPS:
        assert max(plan(step.load, step.machines).busy.values()) < FULL, step
    assert (STEPS[0].load.readers, STEPS[0].load.trials * STEPS[0].load.subjects) == (10, 300)
    assert (STEPS[-1].load.readers, STEPS[-1].load.trials, STEPS[-1].load.subjects) == (1000, 100, 3000)


def test_without_turning_anything_the_last_step_is_too_much() -> None:
    busy = plan(STEPS[-1].load, HOUSE).busy
    assert busy[Part.CONNECTIONS] > 1
    assert busy[Part.ARCHIVE_LINK] > plan(STEPS[-1].load, STEPS[-1].machines).busy[Part.ARCHIVE_LINK]


def test_a_thousand_in_one_lab_and_a_hundred_from_afar_cannot_write_in_one_line() -> None:
    full = [plan(step.load, step.machines) for step in ASIDE]
    assert [each.load.readers for each in full if each.busy[Part.WRITER_LINE] > 1] == [1000, 100]
