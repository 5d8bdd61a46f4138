"""The written plan for larger labs says what the model says, and nothing else."""

import re

import pytest
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.cli.plan_words import NAMES, TURN, hour_table, sizes_table, waiting
from corelab.domain.scaling.costs import MEASURED
from corelab.domain.scaling.load import Load, Machines
from corelab.domain.scaling.plan import FULL, Part
from corelab.domain.scaling.steps import ASIDE, STEPS
from corelab.resources import resource
from corelab.services import charters
from corelab.services.planning import along, with_charter

TEXT = resource("help", "scaling.md").read_text(encoding="utf-8")


def test_its_tables_are_those_of_the_model() -> None:
    steps, aside = along(STEPS), along(ASIDE)
    for table in (sizes_table(steps), hour_table(steps), hour_table(aside)):
        assert table in TEXT, f"the text should hold:\n{table}"
    assert len(re.findall(r"^\| --- ", TEXT, re.MULTILINE)) == 3


def test_its_sentences_name_the_figures_of_the_model() -> None:
    house, afar = along(STEPS[:1])[0].plan, along(ASIDE[2:3])[0].plan
    said = (
        f"for {waiting(house.hold)} in one house and for {waiting(afar.hold)} from another town",
        f"it asks and is answered {MEASURED.save_trips} times",
        f"with {house.readers_at(Part.WRITER_LINE)} readers in one house, and with {afar.readers_at(Part.WRITER_LINE)} from another town",
        *(
            f"{client * 1000:.0f} ms of the workstation, {server * 1000:.0f} ms of the server and {trips} ways there and back"
            for client, server, trips in (
                (MEASURED.save_client, MEASURED.save_server, MEASURED.save_trips),
                (MEASURED.intake_client, MEASURED.intake_server, MEASURED.intake_trips),
            )
        ),
        f"take {MEASURED.on_server:g} times as much, and an empty lab {MEASURED.per_lab / 1e6:.0f} MB",
        f"called full at {FULL:.0%} of its strength".replace("%", " %"),
        f"another town ({ASIDE[2].machines.trip_ms:g} ms)",
    )
    assert [one for one in said if one not in TEXT] == []


def test_its_suppositions_are_those_of_the_steps() -> None:
    load = STEPS[0].load
    assert (
        f"{load.visits} visits, {load.clips} clips of {load.clip_mb:g} MB for each exam, a case in {load.case_share * 10:.0f} of 10" in TEXT
    )
    assert f"{load.minutes:.0f} minutes for each reading, {load.answers} answers" in TEXT
    assert f"a reading is {load.envelope / 1000:.0f} kB" in TEXT
    assert load == with_charter(Load(), charters.read("dvt-lower-extremity"))
    turned = [step.machines.connections for step in STEPS if step.machines.connections != Machines().connections]
    assert f"`max_connections` from 100 to {turned[0]}, {turned[1]} and {turned[2]:,}" in TEXT
    assert all(f"`max_connections = {each}`" in TEXT for each in turned)


@pytest.mark.parametrize("part", Part)
def test_it_tells_of_each_part_what_the_command_tells(part: Part) -> None:
    assert f"- **{NAMES[part].capitalize()}**. {TURN[part]} " in TEXT


def test_its_commands_run() -> None:
    (example,) = re.findall(r"^```\ncorelab (plan .*)\n```$", TEXT, re.MULTILINE)
    assert CliRunner().invoke(cli, example.split()).exit_code == 0
    known = CliRunner().invoke(cli, ["plan", "--help"], env={"COLUMNS": "200"}).stdout
    named = set(re.findall(r"--[a-z-]+", TEXT))
    assert len(named) >= 6
    assert {option for option in named if option not in known and option != "---"} == set()
