"""``corelab charter try``: the worked examples from JSON files, and what a case may leave open, look back to, or get wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from corelab.cli import cli
from tests import oracles
from tests.oracles import DVT, LIMBS, ODD, PORTAL, LiverOracle, Oracle, limb, liver_case

Document = dict[str, Any]


def run(folder: Path, charter: Path | str, case: object, *options: str) -> Result:
    file = folder / "case.json"
    file.write_text(case if isinstance(case, str) else json.dumps(case), encoding="utf-8")
    return CliRunner().invoke(cli, ["charter", "try", str(charter), str(file), *options])


def tried(folder: Path, charter: Path | str, case: Document) -> Document:
    told = run(folder, charter, case, "--json")
    assert told.exit_code == 0, told.stderr
    return dict(json.loads(told.stdout))


def values(document: Document) -> dict[str, tuple[str | None, str | None]]:
    return {f"{one['item']}.{one['segment']}": (one["value"], one["source"]) for one in document["results"]}


@pytest.mark.parametrize(("charter", "oracle"), oracles.ALL, ids=[one.id for _, one in oracles.ALL])
def test_oracle(tmp_path: Path, charter: Path, oracle: Oracle | LiverOracle) -> None:
    document = tried(tmp_path, charter, oracle.case)
    assert {f"{one['item']}.{one['segment']}": one["class"] for one in document["disputed"]} == dict(oracle.disputed)
    said = values(document)
    assert all(said[cell] == (None, None) for cell in oracle.disputed)
    assert all(said[cell][1] == "REFERENCE" for cell in oracle.reference if cell in said)
    for name, (one, two) in oracle.endpoints.items():
        assert (document["derived"][name]["reading_1"], document["derived"][name]["reading_2"]) == (one, two)
    if isinstance(oracle, Oracle):
        assert [f"{one['item']}.{one['segment']}" for one in document["closure"]] == list(oracle.closure)
        assert {cell for cell, one in said.items() if one == (None, None)} == {*oracle.disputed, *oracle.closure, *oracle.waits}


_J = [
    ("J01", "review", 0, 2, "B", "none"),
    ("J02", "review", 0, 2, "partial", "partial"),
    ("J03", "review", "NE:WINDOW", 0, "A", "NE"),
    ("J04", "independent", 0, 2, "none", "none"),
    ("J05", "independent", 0, 2, "partial", "partial"),
    ("J06", "independent", 0, 1, "none", "partial"),
    ("J08", "independent", "NE:WINDOW", 2, "NE:WINDOW", "NE"),
    ("J09", "independent", "NE:WINDOW", 2, "full", "full"),
]


def in_mode(folder: Path, mode: str, charter: Path = DVT) -> Path:
    file = folder / f"{mode}.toml"
    text = charter.read_text(encoding="utf-8")
    assert 'mode = "review"' in text
    file.write_text(text.replace('mode = "review"', f'mode = "{mode}"'), encoding="utf-8")
    return file


@pytest.mark.parametrize(("oracle", "mode", "one", "two", "said", "expected"), _J, ids=[one[0] for one in _J])
def test_oracle_of_adjudication(tmp_path: Path, *, oracle: str, mode: str, one: object, two: object, said: str, expected: str) -> None:
    readings = {"reading_1": limb({"CFV": {"COMP": one}}), "reading_2": limb({"CFV": {"COMP": two}})}
    case = {"visit": "D10", "start": "clean", **readings, "decisions": {"CFV": {"COMP": said}}}
    assert values(tried(tmp_path, in_mode(tmp_path, mode), case))["COMP.CFV"] == (expected, "ADJUDICATED"), oracle


def test_oracles_of_adjudication_that_are_no_ranks(tmp_path: Path) -> None:
    charter = in_mode(tmp_path, "independent")
    readings = [
        limb({"CFV": {"COMP": 2, "THR": thrombus, "D_REST": rest}}) for thrombus, rest in (("no_thrombus", 9.0), ("occlusive", 12.0))
    ]
    decisions = {"CFV": {"THR": "indeterminate", "D_REST": 11.2}}
    case = {"visit": "D10", "start": "clean", "reading_1": readings[0], "reading_2": readings[1], "decisions": decisions}
    said = values(tried(tmp_path, charter, case))
    assert said["THR.CFV"] == ("indeterminate", "ADJUDICATED")  # J07
    assert said["D_REST.CFV"] == ("12.0", "ADJUDICATED")  # J10


def test_j11_an_own_grade_is_refused_where_the_choice_is_forced(tmp_path: Path) -> None:
    case = {"visit": "D10", "start": "clean", "reading_2": limb({"CFV": {"COMP": 2}}), "decisions": {"CFV": {"COMP": "partial"}}}
    told = run(tmp_path, in_mode(tmp_path, "forced_choice"), case, "--json")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "decisions.CFV.COMP" in told.stderr


@pytest.mark.parametrize("reference", [1, 2])
def test_j12_the_endpoint_after_the_decision(tmp_path: Path, reference: int) -> None:
    d06 = next(one for one in LIMBS if one.id == "D06").case
    decisions = {"CFV": {"COMP": "full"}, "FV_MID": {"COMP": "A"}, "POPV": {"COMP": "A"}}
    document = tried(tmp_path, DVT, {**d06, "decisions": decisions, "reference": reference})
    assert document["derived"]["COMPWRST"] == {"reading_1": "2", "reading_2": "2", "final": "1"}
    assert (None, None) not in values(document).values()


# ---------------------------------------------------------------- what stays open


def test_what_is_certain_stands_while_cells_are_open(tmp_path: Path) -> None:
    case = {"visit": "D10", "start": "clean", "reading_1": limb({"CFV": {"COMP": 2}, "POPV": {"COMP": 2}})}
    case["reading_2"] = limb({"CFV": {"COMP": 2}, "POPV": {"COMP": 0}})
    derived = tried(tmp_path, DVT, case)["derived"]
    assert derived["COMPWRST"]["final"] == "2", "nothing can exceed it"
    assert derived["COMPNSEG"] == {"reading_1": "2", "reading_2": "1", "final": None}


def test_a_number_that_nobody_entered_stays_blank(tmp_path: Path) -> None:
    document = tried(tmp_path, PORTAL, {"visit": "W3", "segment_attributes": oracles.ROLES, "start": "clean"})
    assert values(document)["TLV."] == (None, None)
    assert document["derived"]["FLRPCT"] == {"reading_1": None, "reading_2": None, "final": None}
    assert document["derived"]["FLOWVOL.PV_LEFT"]["reading_1"] is None
    assert document["disputed"] == []


def test_without_a_start_only_defaults_and_what_is_said_stand(tmp_path: Path) -> None:
    said = values(tried(tmp_path, DVT, {"visit": "D10", "reading_1": {"CFV": {"COMP": "full"}}, "reading_2": {"CFV": {"COMP": "full"}}}))
    assert said["COMP.CFV"] == ("full", "CONCORDANT")
    assert said["COMP.POPV"] == (None, None)
    assert said["QUAL.POPV"] == ("diagnostic", "CONCORDANT")


def test_a_segment_is_there_when_the_case_names_it(tmp_path: Path) -> None:
    plain = values(tried(tmp_path, DVT, {"visit": "D10", "start": "clean"}))
    named = values(tried(tmp_path, DVT, {"visit": "D10", "start": "clean", "reading_1": {"IVC": {}}}))
    closed = values(tried(tmp_path, DVT, {"visit": "D10", "start": "clean", "not_imaged": {"IVC": ["FLOW"]}}))
    assert "FLOW.IVC" not in plain
    assert named["FLOW.IVC"] == ("complete", "CONCORDANT")
    assert closed["FLOW.IVC"] == ("NI", "CONCORDANT")


def test_a_derivation_that_the_visit_does_not_have_is_not_applicable(tmp_path: Path) -> None:
    derived = tried(tmp_path, DVT, {"visit": "D10", "start": "clean"})["derived"]
    assert derived["REFLUXDP"] == dict.fromkeys(("reading_1", "reading_2", "final"), "NA")


# ---------------------------------------------------------------- looking back, checks


def test_a_look_back_uses_the_results_of_the_earlier_visits_and_adds_the_days(tmp_path: Path) -> None:
    def volumes(visit: str, remnant: str, **more: Any) -> Document:
        whole = {"": {"TLV": "1600", "TUMV": "100", "FLRV": remnant, "FLRF": "1.90"}}
        return liver_case(visit, whole, whole, **more)

    baseline = volumes("BL", "375")
    one = tried(tmp_path, PORTAL, volumes("W3", "450", previous=baseline, days=21))["derived"]
    assert one["DH"] == {"reading_1": "5", "reading_2": "5", "final": "5"}
    assert one["KGR"]["final"].startswith("1.66666")
    between = volumes("W1", "400", previous=baseline, days=7)
    two = tried(tmp_path, PORTAL, volumes("W3", "450", previous=between, days=14))["derived"]
    assert two == one
    alone = tried(tmp_path, PORTAL, volumes("W3", "450"))["derived"]
    assert alone["DH"]["final"] == "NE", "the earlier exam is not there"


def test_a_look_back_to_a_result_that_is_open_is_open(tmp_path: Path) -> None:
    earlier = {"visit": "BL", "start": "clean", "reading_1": limb({"CFV": {"COMP": "NE:WINDOW"}})}
    case = {"visit": "D10", "start": "clean", "previous": earlier, "days": 9}
    case |= dict.fromkeys(("reading_1", "reading_2"), limb({"CFV": {"COMP": 1}}))
    assert tried(tmp_path, DVT, case)["derived"]["RECURSUS"]["final"] is None
    decided = {**earlier, "decisions": {"CFV": {"COMP": "B"}}}
    assert tried(tmp_path, DVT, {**case, "previous": decided})["derived"]["RECURSUS"]["final"] == "Y"


def test_checks_tell_reading_level_and_segment(tmp_path: Path) -> None:
    reading = {"CFV": {"COMP": "none", "THR": "no_thrombus", "D_REST": "5.0", "D_COMP": "7.0"}, "FV_DIST": {"FLOW": "complete"}}
    document = tried(tmp_path, DVT, {"visit": "D10", "start": "clean", "reading_2": reading})
    assert {"reading": 2, "check": "E06", "level": "soft", "segment": "CFV"} in document["checks"]
    assert {"reading": 2, "check": "E11", "level": "hard", "segment": "CFV"} in document["checks"]
    assert all(one["reading"] == 2 for one in document["checks"])


def test_checks_that_a_made_up_exam_cannot_fire_are_told(tmp_path: Path) -> None:
    document = tried(tmp_path, DVT, {"visit": "D10", "start": "clean"})
    assert document["checks_not_run"] == ["E04", "unplayed_clips", "reading_time", "identity_in_text"]
    told = run(tmp_path, DVT, {"visit": "D10", "start": "clean"})
    assert "Not run, since they look at clips, time or words: E04, unplayed_clips, reading_time, identity_in_text." in told.stdout


def test_blank_is_not_waiting(tmp_path: Path) -> None:
    case = {"visit": "D10", "start": "clean", "reading_1": {"CFV": {"COMP": "none"}, "POPV": {"FLOW": None}}}
    document = tried(tmp_path, DVT, case)
    why = {f"{one['item']}.{one['segment']}": one["open"] for one in document["results"] if one["source"] is None}
    assert (why["COMP.CFV"], why["FLOW.POPV"]) == ("waiting", "blank")
    assert all("open" not in one for one in document["results"] if one["source"] is not None)
    told = run(tmp_path, DVT, case).stdout
    assert "COMP.CFV   open: waits for a decision" in told
    assert "FLOW.POPV   open: a reading leaves it blank" in told


# ---------------------------------------------------------------- an odd charter


def test_an_odd_charter_with_both_sides_and_one_reader_beside_two(tmp_path: Path) -> None:
    roles = {"SUBCL.L": "fistel", "SUBCL.R": "gegenseite", "CEPH.L": "fistel", "CEPH.R": "gegenseite", "ANAST": "fistel"}
    case = {
        "visit": "W6",
        "start": "clean",
        "segment_attributes": {segment: {"ZUGANG": role} for segment, role in roles.items()},
        "reading_1": {"CEPH.L": {"WEITE": "verschluss"}, "ANAST": {"WAND": "glatt+verkalkt"}, "": {"RRSYS": 120, "RRFING": "50.0"}},
        "reading_2": {"ANAST": {"WAND": ["verkalkt"]}},
        "decisions": {"CEPH.L": {"WEITE": "leicht"}},
    }
    document = tried(tmp_path, ODD, case)
    assert [(one["segment"], one["item"], one["class"]) for one in document["disputed"]] == [
        ("CEPH.L", "WEITE", "A,B"),
        ("ANAST", "WAND", "C"),
    ]
    said = values(document)
    assert said["WEITE.CEPH.L"] == ("leicht", "ADJUDICATED"), "the middle of three ranks"
    assert said["WAND.ANAST"] == (None, None)
    assert said["RRSYS."] == ("120", "REFERENCE"), "one reader"
    assert document["derived"]["ENGSEG.CEPH.L"] == {"reading_1": "3", "reading_2": "0", "final": "1"}


# ---------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("{", "not a JSON document"),
        ([], "an object is needed"),
        ({"visit": "D11"}, "D11 is not a visit"),
        ({"visit": "D10", "readings": {}}, "readings   unknown key"),
        ({"visit": "D10", "reading_1": {"CFW": {}}}, "CFW is not a segment"),
        ({"visit": "D10", "reading_1": {"CFV": {"COMB": "full"}}}, "COMB is no item"),
        ({"visit": "D10", "reading_1": {"CFV": {"COMP": "soft"}}}, "soft is not a value of COMP"),
        ({"visit": "D10", "reading_1": {"CFV": {"COMP": "NE:BOREDOM"}}}, "BOREDOM is no reason"),
        ({"visit": "D10", "reading_1": {"CFV": {"QUAL": "NE:WINDOW"}}}, "may not be not evaluable"),
        ({"visit": "D10", "reading_1": {"CFV": {"D_REST": "9.05"}}}, "not a number from 0.5 to 60.0"),
        ({"visit": "D10", "reading_1": {"CIV": {"COMP": "full"}}}, "reading_1.CIV.COMP   it is not asked"),
        ({"visit": "D10", "reading_1": []}, "reading_1   an object is needed"),
        ({"visit": "D10", "reading_1": {"CFV": "full"}}, "reading_1.CFV   an object is needed"),
        ({"visit": "D10", "not_imaged": {"CFV": "COMP"}}, "an array of items is needed"),
        ({"visit": "D10", "attributes": {"STUDY_LIMB": "both"}}, "both is not one of its values"),
        ({"visit": "D10", "attributes": {"ARM": "1"}}, "ARM is no attribute of a subject"),
        ({"visit": "D10", "segment_attributes": {"CFV": "target"}}, "segment_attributes.CFV   an object is needed"),
        ({"visit": "D10", "reference": 3}, "3 is not a reading"),
        ({"visit": "D10", "start": "dirty"}, "dirty is no start"),
        ({"visit": "D10", "days": "9"}, "9 is not a number of days"),
        ({"visit": "D10", "previous": {"visit": "M6"}}, "M6 is not before D10"),
        ({"visit": "D10", "start": "clean", "decisions": {"CFV": {"COMP": "A"}}}, "it is not disputed"),
    ],
)
def test_what_is_wrong_in_a_case_is_told_with_its_place(tmp_path: Path, case: object, words: str) -> None:
    told = run(tmp_path, DVT, case, "--json")
    assert (told.exit_code, told.stdout) == (1, "")
    assert words in told.stderr


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    told = run(tmp_path, DVT, {"visit": "D10", "reference": 7, "reading_1": {"CFW": {}, "CFV": {"COMP": "soft"}}})
    assert [line.split()[0] for line in told.stderr.splitlines() if "allowed" not in line] == [
        "reading_1.CFW",
        "reading_1.CFV.COMP",
        "reference",
    ]


def test_a_shipped_charter_is_tried_by_its_name_and_told_in_words(tmp_path: Path) -> None:
    case = {"visit": "D10", "start": "clean", "reading_2": {"CFV": {"COMP": "none"}}}
    told = run(tmp_path, "dvt-lower-extremity", case)
    assert told.exit_code == 0
    assert "COMP.CFV   class A, B" in told.stdout
    assert "COMP.CFV   open" in told.stdout


def test_without_a_case_the_command_is_used_wrongly(tmp_path: Path) -> None:
    assert CliRunner().invoke(cli, ["charter", "try", str(DVT)]).exit_code == 2
    assert CliRunner().invoke(cli, ["charter", "try", str(DVT), str(tmp_path / "none.json")]).exit_code == 2
