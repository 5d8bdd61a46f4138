"""The files of corelab-winratio: everything that is wrong with them is told at once, by line, and nobody is left out in silence."""

import json
from pathlib import Path

import pytest

from corelab.domain.winratio import Better, IfMissing, compare
from corelab.winratio.answers import in_words, of_trial
from corelab.winratio.entries import answers_of
from corelab.winratio.faults import FilesFaultyError
from corelab.winratio.package import Package
from corelab.winratio.tables import read_arms, read_outcomes, rows_of
from corelab.winratio.tiers import read_tiers
from corelab.winratio.trial import Trial, trial_of

VISITS = """USUBJID,VISIT,COMPWRST
S1,BL,2
S1,D10,0
S2,D10,2
S3,D10,NE
S4,D10,1
"""
ARMS = "USUBJID,ARM\nS1,active\nS2,control\nS3,active\nS4,control\n"
OUTCOMES = "USUBJID,PAIN\nS1,3\nS2,4\nS3,2.5\nS4,2.5\n"
TIERS = """[[tier]]
name = "compressibility"
from = "package:COMPWRST@D10"
better = "lower"

[[tier]]
name = "pain"
from = "pro:PAIN"
better = "lower"
margin = 0.5
"""


@pytest.fixture(autouse=True)
def in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults name a file as it was given."""
    monkeypatch.chdir(tmp_path)


def trial(
    folder: Path, *, visits: str = VISITS, arms: str = ARMS, pro: str | None = OUTCOMES, tiers: str = TIERS, treatment: str | None = None
) -> Trial:
    """The trial of these texts, as the command reads them from files."""
    texts = {"arms.csv": arms, "pro.csv": pro, "tiers.toml": tiers}
    for name, text in texts.items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    package = Package(folder, "0" * 64, rows_of("data/subject_visit.csv", visits, ("USUBJID", "VISIT"), None), ("COMPWRST",))
    outcomes = read_outcomes(Path("pro.csv")) if pro is not None else None
    return trial_of(package, read_arms(Path("arms.csv")), outcomes, read_tiers(Path("tiers.toml")), treatment)


def told(folder: Path, **texts: str | None) -> list[str]:
    """The words of every fault."""
    with pytest.raises(FilesFaultyError) as refused:
        trial(folder, **texts)  # type: ignore[arg-type]  # texts by name
    return [fault.words for fault in refused.value.faults]


def test_arms_endpoints_and_outcomes_come_together(tmp_path: Path) -> None:
    made = trial(tmp_path)
    assert (made.treatment, made.control) == ("active", "control")
    assert [(tier.name, tier.better, str(tier.margin), tier.missing) for tier in made.tiers] == [
        ("compressibility", Better.LOWER, "0", IfMissing.TIE),
        ("pain", Better.LOWER, "0.5", IfMissing.TIE),
    ]
    assert [[str(value) for value in subject] for subject in made.strata[0].treatment] == [["0", "3"], ["None", "2.5"]]
    assert made.missing == ({"NE": 1}, {})
    assert made.notes == ()


def test_the_document_of_a_trial_counts_and_names_what_it_compared(tmp_path: Path) -> None:
    """S1 beats S2 and S4 at the first tier; S3 (not evaluable) beats S2 by pain and ties with S4."""
    made = trial(tmp_path)
    document = of_trial(made, compare(made.tiers, made.strata))
    assert (document["wins"], document["losses"], document["ties"], document["by_tier"]) == (3, 0, 1, [[2, 0], [1, 0]])
    assert document["arms"]["treatment"] == {"name": "active", "subjects": 2}
    assert document["tiers"][0]["missing_values"] == {"NE": 1}
    assert document["WR"] is None
    assert document["not_estimable"]["WR"] == "not estimable: there are no losses (wins 3, losses 0, ties 1)"
    words = in_words(document, document["tiers"], "T001")
    assert "check of the analysis, not the analysis of record" in words
    assert "win ratio:   not estimable: there are no losses (wins 3, losses 0, ties 1)" in words
    assert "compressibility: missing NE 1" in words
    json.dumps(document, allow_nan=False)


def test_the_arm_that_is_named_is_the_one_whose_wins_count(tmp_path: Path) -> None:
    assert trial(tmp_path, treatment="control").treatment == "control"


def test_strata_keep_subjects_apart(tmp_path: Path) -> None:
    made = trial(tmp_path, arms="USUBJID,ARM,STRATUM\nS1,active,iliac\nS2,control,iliac\nS3,active,femoral\nS4,control,femoral\n")
    assert [(stratum.name, len(stratum.treatment), len(stratum.control)) for stratum in made.strata] == [("femoral", 1, 1), ("iliac", 1, 1)]
    assert of_trial(made, compare(made.tiers, made.strata))["strata"][1] == {
        "name": "iliac",
        "treatment": 1,
        "control": 1,
        "wins": 1,
        "losses": 0,
        "ties": 0,
    }


def test_a_subject_that_one_file_lacks_is_told(tmp_path: Path) -> None:
    made = trial(tmp_path, arms=ARMS.replace("S4,control", "S9,control"), pro=OUTCOMES.replace("S2", "S8"))
    assert made.notes == (
        "1 subject in the package without an arm: left out: S4",
        "1 subject in the arm file and not in the package: counted, endpoints missing: S9",
        "2 subjects in the outcomes file without an arm: left out: S4, S8",
        "2 subjects in the arm file and not in the outcomes file: counted, outcomes missing: S2, S9",
    )
    assert made.missing == ({"NE": 1, "no row": 1}, {"no row": 2})


def test_the_order_of_the_rows_of_files_does_not_matter(tmp_path: Path) -> None:
    head, *rows = ARMS.splitlines()
    assert trial(tmp_path, arms="\n".join((head, *reversed(rows)))).strata == trial(tmp_path).strata


def test_everything_wrong_in_all_files_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    faults = told(
        tmp_path,
        visits=VISITS.replace("S2,D10,2", "S2,D10,two"),
        arms=ARMS + "S1,control\nS5,\n",
        pro=OUTCOMES.replace("S2,4", "S2,much") + "S4,1,2\n",
    )
    assert faults == [
        "arms.csv line 6: S1 stands in line 2 already",
        "arms.csv line 7: ARM is empty",
        "pro.csv line 6: has 3 fields, the header has 2",
        "data/subject_visit.csv line 4: COMPWRST of S2 is 'two', which is no number",
        "pro.csv line 3: PAIN of S2 is 'much', which is no number",
    ]


@pytest.mark.parametrize(
    ("arms", "fault"),
    [
        ("", "arms.csv: has no header; its first line must name USUBJID, ARM"),
        ("USUBJID\nS1\n", "arms.csv line 1: has no column ARM"),
        ("USUBJID,ARM,AGE\nS1,active,70\n", "arms.csv line 1: has a column 'AGE'; only USUBJID, ARM, STRATUM belong there"),
        ("USUBJID,ARM,ARM\nS1,a,b\n", "arms.csv line 1: names the column ARM 2 times"),
        ("USUBJID,ARM\nS1,active\n", "arms.csv: two arms are compared, and it names 1 (active)"),
        ("USUBJID,ARM\nS1,a\nS2,b\nS3,c\n", "arms.csv: two arms are compared, and it names 3 (a, b, c)"),
        ("USUBJID,ARM,STRATUM\nS1,a,x\nS2,b,\n", "arms.csv line 3: STRATUM is empty"),
        ('USUBJID,ARM\nS1,"a\n', "arms.csv line 2: cannot be read as comma-separated values (unexpected end of data)"),
        ("USUBJID,ARM\nX1,a\nX2,b\n", "arms.csv: names no subject of the package"),
    ],
)
def test_an_arm_file_that_cannot_be_used(tmp_path: Path, arms: str, fault: str) -> None:
    assert fault in told(tmp_path, arms=arms)


def test_files_that_are_missing_or_no_text(tmp_path: Path) -> None:
    assert read_arms(Path("arms.csv")).faults[0].words == "arms.csv: cannot be read (No such file or directory)"
    (tmp_path / "latin.csv").write_bytes("USUBJID,ARM\nS1,\u00e4\n".encode("latin-1"))
    assert read_arms(Path("latin.csv")).faults[0].words == "latin.csv: is not UTF-8 text (byte 16)"
    assert read_tiers(Path("tiers.toml")).faults[0].words == "tiers.toml: cannot be read (No such file or directory)"


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    assert trial(tmp_path, arms="\ufeff" + ARMS.replace("\n", "\r\n") + "\r\n").strata == trial(tmp_path).strata


@pytest.mark.parametrize("value", ["1e5", "nan", "inf", "1,5", "\u0661", "1" * 13, "--1", "0x1"])
def test_only_a_plain_decimal_number_is_a_number(tmp_path: Path, value: str) -> None:
    assert f"pro.csv line 2: PAIN of S1 is {value!r}, which is no number" in told(tmp_path, pro=f'USUBJID,PAIN\nS1,"{value}"\n')


@pytest.mark.parametrize(
    ("tiers", "fault"),
    [
        ("", "tiers.toml: has no [[tier]]"),
        ("tier = 1", "tiers.toml: has no [[tier]]"),
        ("[[tier]\n", "tiers.toml: is no TOML (Expected ']]' at the end of an array declaration (at line 1, column 7))"),
        ("seed = 1\n" + TIERS, "tiers.toml: has a table or key 'seed'; only [[tier]] belongs there"),
        (TIERS.replace("margin", "margine"), "tiers.toml line 10: a tier has no 'margine'; it has name, from, better, margin, missing"),
        (TIERS.replace("0.5", "-0.5"), "tiers.toml line 10: margin is '-0.5'; write a number that is not negative"),
        (TIERS.replace("0.5", "nan"), "tiers.toml line 10: margin is 'nan'; write a number that is not negative"),
        (TIERS.replace('"lower"', '"less"', 1), "tiers.toml line 4: better is 'less'; write 'higher' or 'lower'"),
        (TIERS + 'missing = "best"\n', "tiers.toml line 11: missing is 'best'; write 'tie' or 'worst'"),
        (TIERS.replace("pro:PAIN", "PAIN"), "tiers.toml line 8: from is 'PAIN'; write 'package:COLUMN@VISIT' or 'pro:COLUMN'"),
        (TIERS.replace('name = "pain"\n', ""), "tiers.toml line 6: the tier has no name"),
        (TIERS.replace('"pain"', '"compressibility"'), "tiers.toml: names the tier 'compressibility' 2 times"),
        (TIERS.replace("COMPWRST", "COMPBEST"), "tiers.toml line 3: the package has no endpoint COMPBEST; it has COMPWRST"),
        (TIERS.replace("D10", "D11"), "tiers.toml line 3: the package has no visit D11; it has BL, D10"),
        (TIERS.replace("pro:PAIN", "pro:OEDEMA"), "tiers.toml line 8: pro.csv has no column OEDEMA"),
        (TIERS.replace("pro:PAIN", "pro:USUBJID"), "tiers.toml line 8: USUBJID is no outcome"),
    ],
)
def test_a_hierarchy_that_cannot_be_used(tmp_path: Path, tiers: str, fault: str) -> None:
    assert fault in told(tmp_path, tiers=tiers)


def test_a_tier_of_outcomes_needs_the_file_and_a_treatment_its_arm(tmp_path: Path) -> None:
    assert "tiers.toml line 8: the tier pain reads an outcomes file, and --pro names none" in told(tmp_path, pro=None)
    assert "arms.csv: has no arm 'lysis', which --treatment names; it has active, control" in told(tmp_path, treatment="lysis")


# ---------------------------------------------------------------- --data


def examples(folder: Path, content: object) -> Path:
    (folder / "examples.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return Path("examples.json")


ENTRY = {"name": "mine", "tiers": ["pain lower better"], "arm_A": [[1], [2.5]], "arm_B": [[3], [None]]}


def test_one_entry_and_a_list_of_entries_are_answered_alike(tmp_path: Path) -> None:
    alone = answers_of(examples(tmp_path, ENTRY))
    assert alone == answers_of(examples(tmp_path, {"entries": [ENTRY]}))
    assert (alone[0]["name"], alone[0]["wins"], alone[0]["losses"], alone[0]["ties"], alone[0]["by_tier"]) == ("mine", 2, 0, 2, [[2, 0]])


def test_an_entry_may_spell_its_tiers_out(tmp_path: Path) -> None:
    worst = ENTRY | {"tiers": [{"name": "pain", "better": "lower", "margin": 0.5, "missing": "worst"}]}
    assert answers_of(examples(tmp_path, worst))[0]["wins"] == 3  # 2.5 against 3 is within the margin


def test_published_counts_give_the_ratio_and_say_why_nothing_else(tmp_path: Path) -> None:
    answer = answers_of(examples(tmp_path, {"wins_by_tier": [12, 34, 62], "losses_by_tier": [7, 21, 55]}))[0]
    assert (answer["name"], answer["wins"], answer["losses"], answer["ties"]) == ("entry 1", 108, 83, None)
    assert answer["WR"] == pytest.approx(108 / 83)
    assert answer["WR_lo"] is answer["NB"] is answer["WO"] is None
    assert answer["not_estimable"]["NB"].startswith("not estimable: only counts are given")
    assert "interval not estimable: only counts are given" in in_words(answer, answer["tiers"], "counts")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{\n nonsense", "examples.json line 2: is no JSON (Expecting property name enclosed in double quotes)"),
        ("[1]", "examples.json: holds neither an entry nor a list of entries"),
        ({"entries": []}, "examples.json: holds neither an entry nor a list of entries"),
        ({"name": "x"}, "examples.json: x: has neither arm_A and arm_B nor wins_by_tier and losses_by_tier"),
        (ENTRY | {"tiers": []}, "examples.json: mine: has no tiers"),
        (
            ENTRY | {"tiers": ["pain"]},
            "examples.json: mine: tier 1: write 'NAME higher better' or 'NAME lower better', or a table as in a tiers file",
        ),
        (ENTRY | {"arm_B": [[3], [1, 2]]}, "examples.json: mine: arm_B subject 2 is not a list of 1 numbers (null: missing)"),
        (ENTRY | {"arm_A": [[True]]}, "examples.json: mine: arm_A subject 1 is not a list of 1 numbers (null: missing)"),
        (
            '{"tiers": ["x higher better"], "arm_A": [[NaN]], "arm_B": []}',
            "examples.json: entry 1: arm_A subject 1 is not a list of 1 numbers (null: missing)",
        ),
        (ENTRY | {"arm_A": 1}, "examples.json: mine: arm_A is no list of subjects"),
        ({"wins_by_tier": [1], "losses_by_tier": [1, 2]}, "examples.json: entry 1: has not as many counts of wins as of losses"),
        ({"wins_by_tier": [-1], "losses_by_tier": [1]}, "examples.json: entry 1: wins_by_tier is no list of counts"),
    ],
)
def test_examples_that_cannot_be_used(tmp_path: Path, content: object, fault: str) -> None:
    with pytest.raises(FilesFaultyError) as refused:
        answers_of(examples(tmp_path, content))
    assert fault in [each.words for each in refused.value.faults]


def test_an_empty_arm_is_answered_with_the_reason(tmp_path: Path) -> None:
    answer = answers_of(examples(tmp_path, ENTRY | {"arm_B": []}))[0]
    assert (answer["wins"], answer["losses"], answer["ties"], answer["WR"], answer["NB"]) == (0, 0, 0, None, None)
    assert answer["not_estimable"]["NB"] == "not estimable: there is no pair: an arm has no subjects (wins 0, losses 0, ties 0)"
