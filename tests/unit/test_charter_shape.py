"""Keys, types, lists and ranges of a charter, and how its faults are told: all at once, by place, with what is allowed."""

import pytest

from corelab.domain.charter import CharterError, Fault, Level, check_charter, load_charter
from corelab.domain.charter.faults import distance, near
from tests.charter_builders import COMP_LEAF, DVT, PORTAL, faults, full
from tests.exam_builders import changed


@pytest.mark.parametrize("name", [DVT, PORTAL])
def test_a_full_charter_has_no_error(name: str) -> None:
    checked = check_charter(full(name).encode())
    assert [fault for fault in checked.faults if fault.level is Level.ERROR] == []
    assert checked.charter is not None


# ---------------------------------------------------------------- C00


@pytest.mark.parametrize(
    ("data", "path", "words", "found"),
    [
        (b"format = \n", "", "not TOML", "line 1, column 10"),
        (b'format = 1\nformat = "x"\n', "", "not TOML", "line 2"),
        (b"\xff\xfe", "", "not UTF-8 at byte 0", None),
        (b"format = 1\n#" + b"x" * 1024 * 1024, "", "larger than 1 MiB", "bytes"),
        (b"format = 2\n", "format", "unknown format version", "2"),
        (b"format = true\n", "format", "unknown format version", "True"),
        (b'title = "x"\n', "format", "unknown format version", None),
        (b"format = 1\nx = " + b"[" * 200 + b"]" * 200, "", "nested too deeply", "40 levels"),
        (b"format = 1\nx = " + b"[" * 100_000, "", "nested too deeply", None),
        (b"format = 1\n" + b"x." * 100 + b"x = 1\n", "", "nested too deeply", "40 levels"),
        (b"format = 1\nx = " + b"9" * 5000 + b"\n", "", "not TOML", None),
    ],
)
def test_c00_what_cannot_be_read_is_one_fault(*, data: bytes, path: str, words: str, found: str | None) -> None:
    (fault,) = check_charter(data).faults
    assert (fault.code, fault.path) == ("C00", path)
    assert words in fault.message
    assert (found or "") in (fault.found or "")


# ---------------------------------------------------------------- C01, C02: shape


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "path"),
    [
        (DVT, 'label = "Diagnostic"', 'label = "Diagnostic"\ncolour = "red"', "C01", "item[0](QUAL).option[0].colour"),
        (DVT, 'language = "en"\n', "", "C01", "charter.language"),
        (DVT, "[retention]", "[retention]\nx = 1", "C01", "retention.x"),
        (DVT, 'id = "QUAL"\nlabel = "Image quality"', 'id = "QUAL"\nunit = "mm"\nlabel = "Image quality"', "C01", "item[0](QUAL).unit"),
        (DVT, 'id = "BL"\nlabel', "label", "C01", "visit[0].id"),
        (DVT, 'scope = "segment"\nkind = "choice"', 'scope = "segment"', "C01", "item[0](QUAL).kind"),
        (DVT, 'over = { group = "CORE" }', 'over = { group = "CORE", segments = ["CFV"] }', "C01", "derivation[0](COMPWRST).over"),
        (DVT, 'match = "all", op = "eq"', 'op = "eq"', "C01", "check[6](E09).fires_when.all_of[1].match"),
        (DVT, 'derivation = "RECURSUS"\n', "", "C01", "alert[0](S01)"),
        (DVT, 'derivation = "RECURSUS"\nvalues = ["Y"]', 'derivation = "RECURSUS"', "C01", "alert[0](S01)"),
        (PORTAL, 'group = "ALL"\nvalues', "values", "C01", "attribute[0](ROLE).group"),
        (DVT, 'blocks = ["THROMBOSIS"]\nwin_ratio', "win_ratio", "C01", "derivation[0](COMPWRST).blocks"),
        (DVT, 'version = "1.0.0"', 'version = "1.0"', "C02", "charter.version"),
        (DVT, 'id = "Q01"', 'id = "q01"', "C02", "ask[0](q01).id"),
        (DVT, 'use = "core"', 'use = "main"', "C02", "ask[0](Q01).use"),
        (DVT, "readers = 2", 'readers = "2"', "C02", "reading_type[0](DUPLEX).readers"),
        (DVT, "readers = 2", "readers = true", "C02", "reading_type[0](DUPLEX).readers"),
        (DVT, "repeat_share = 0.05", "repeat_share = 0.7", "C02", "reading_type[0](DUPLEX).repeat_share"),
        (DVT, "cutoff = 4.0", "cutoff = nan", "C02", "derivation[15](RVD4).cutoff"),
        (DVT, 'op = "lt", value = 4.0', 'op = "lt", value = inf', "C02", "check[10](E13A).fires_when.any_of[0].value"),
        (DVT, "window = [-14, 0]", "window = [-14, 0, 3]", "C02", "visit[0](BL).window"),
        (DVT, "fires_when = { fact", "fires_when = { fakt", "C02", "check[1](E04).fires_when"),
        (DVT, "question = ", f'question = "{"x" * 121}" #', "C02", "item[0](QUAL).question"),
        (DVT, 'function = "worst"', 'function = "worse"', "C02", "derivation[0](COMPWRST).function"),
        (DVT, 'kind = "partition"', 'kind = "party"', "C02", "class[2](C).rule[2].kind"),
        (DVT, 'score = "NE"', 'score = "NI"', "C02", "derivation[10](SVSSCORE).rows[6].score"),
        (DVT, "min = 0.5\nmax = 60.0", "min = 0.5\nmax = 0.1", "C02", "item[10](D_REST).max"),
        (DVT, "[retention]", "[[retention]]", "C02", "retention"),
        (DVT, 'adjudication_rate = { unit = "exam", classes = ["A", "B", "C", "E"] }\n', "", "C01", "monitoring.adjudication_rate"),
    ],
)
def test_shape(*, name: str, old: str, new: str, code: str, path: str) -> None:
    assert faults(name, (old, new)) == [(code, path)]


def test_a_file_without_anything_names_every_required_table() -> None:
    found = [fault.path for fault in check_charter(b"format = 1\n").faults if fault.code == "C01"]
    assert {"charter", "trial", "missing", "exam", "block", "visit", "segment", "item", "class", "retention"} <= set(found)
    assert "attribute" not in found
    assert {fault.code for fault in check_charter(b"format = 1\n").faults} == {"C01"}


@pytest.mark.parametrize("forms", [7, 8])
def test_a_condition_may_be_six_deep_and_no_deeper(forms: int) -> None:
    nested = "{ not = " * (forms - 2) + COMP_LEAF + " }" * (forms - 2)
    old = full(DVT)[full(DVT).index('fires_when = { item = "D_COMP"') :].split("\n", 1)[0]
    found = faults(DVT, (old, f"fires_when = {nested}"))
    assert found == ([] if forms == 7 else [("C02", "check[8](E11).fires_when")])


def test_a_condition_has_at_most_forty_leaves() -> None:
    old = full(DVT)[full(DVT).index('fires_when = { item = "D_COMP"') :].split("\n", 1)[0]
    assert faults(DVT, (old, f"fires_when = {{ any_of = [{', '.join([COMP_LEAF] * 40)}] }}")) == []
    assert faults(DVT, (old, f"fires_when = {{ any_of = [{', '.join([COMP_LEAF] * 41)}] }}")) == [("C02", "check[8](E11).fires_when")]


# ---------------------------------------------------------------- all at once, in words


def test_all_faults_are_told_in_one_run_in_file_order() -> None:
    found = faults(
        DVT,
        ('label = "Diagnostic"', 'label = "Diagnostic"\ncolour = "red"'),
        ('use = "core"', 'use = "main"'),
        (
            '{ item = "THR", segment = "each", op = "eq", value = "no_thrombus" }',
            '{ item = "THRO", segment = "each", op = "eq", value = "x" }',
        ),
        ('groups = ["CORE"]\nmin', 'groups = ["COR"]\nmin'),
        ('function = "worst"', 'function = "worse"'),
    )
    assert found == [
        ("C01", "item[0](QUAL).option[0].colour"),
        ("C02", "ask[0](Q01).use"),
        ("C04", "check[3](E06).fires_when.all_of[1].item"),
        ("C04", "class[1](B).rule[0].groups[0]"),
        ("C02", "derivation[0](COMPWRST).function"),
    ]


def one_fault(old: str, new: str) -> Fault:
    (fault,) = [one for one in check_charter(changed((old, new))).faults if one.level is Level.ERROR]
    return fault


def test_a_fault_names_what_is_allowed_and_what_was_probably_meant() -> None:
    fault = one_fault('function = "worst"', 'function = "worse"')
    assert (fault.found, fault.suggestion) == ("worse", "worst")
    assert fault.message == '"worse" is not allowed'
    assert fault.allowed[:3] == ("change", "count", "evaluable")


def test_an_unknown_key_names_the_keys_of_its_table() -> None:
    fault = one_fault('key = "1"\nrank = 0', 'key = "1"\nrnak = 0\nrank = 0')
    assert fault.allowed == ("code", "key", "label", "rank", "value")
    assert fault.suggestion == "rank"


def test_an_unknown_key_in_a_condition_names_the_keys_of_its_form() -> None:
    old = '{ item = "COMP", segment = "each", op = "answered" }'
    text = full(DVT).replace(old, old.replace("op =", "opp = 1, op ="), 1)
    (fault,) = [one for one in check_charter(text.encode()).faults if one.level is Level.ERROR]
    assert fault.path == "check[0](E02).fires_when.all_of[1].any_of[0].opp"
    assert fault.allowed == ("factor", "group", "item", "match", "op", "other", "segment", "value", "where")


def test_a_reference_that_is_malformed_is_not_said_to_be_unknown_as_well() -> None:
    fault = one_fault('items = ["COMP"]\ngroups = ["COMPRESSIBLE"]', 'items = ["comp"]\ngroups = ["COMPRESSIBLE"]')
    assert (fault.code, fault.path) == ("C02", "ask[0](Q01).items[0]")


def test_an_error_refuses_the_charter_and_carries_its_faults() -> None:
    with pytest.raises(CharterError) as caught:
        load_charter(changed(('function = "worst"', 'function = "worse"')))
    assert [fault.code for fault in caught.value.faults if fault.level is Level.ERROR] == ["C02"]
    assert "derivation[0](COMPWRST).function" in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other", "edits"), [("COMP", "COMPR", 1), ("worse", "worst", 1), ("rnak", "rank", 1), ("main", "core", 3), ("a", "abcd", 3)]
)
def test_words_are_near_by_edits(*, one: str, other: str, edits: int) -> None:
    assert distance(one, other) == distance(other, one) == edits


def test_nothing_near_is_no_suggestion() -> None:
    assert near("main", ["core", "detail"]) is None
    assert near("x", []) is None


@pytest.mark.parametrize(
    ("old", "new", "example"),
    [
        ('version = "1.0.0"', 'version = "1.0"', "'1.0.0'"),
        ('id = "COMP"', 'id = "comp!"', "'ID_1'"),
        ('value = "full"', 'value = "Full"', "'word_1'"),
    ],
)
def test_what_is_malformed_is_told_with_an_example(old: str, new: str, example: str) -> None:
    text = full(DVT)
    assert old in text
    found = check_charter(text.replace(old, new, 1).encode()).faults
    assert any(fault.message.endswith(f"is malformed: {example} would do") for fault in found)
