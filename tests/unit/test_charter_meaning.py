"""Every kind of fault in what the parts of a charter mean together, by code and place; and its warnings."""

# ruff: noqa: E501 - a table of faults reads best with one fault to a line

import pytest

from corelab.domain.charter import check_charter
from tests.charter_builders import DVT, ODD, PORTAL, faults, full

# ---------------------------------------------------------------- C03 to C15: meaning


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "path"),
    [
        (DVT, 'id = "D30"', 'id = "D10"', "C03", "visit[2](D10).id"),
        (DVT, "number = 3", "number = 2", "C03", "visit[2](D30).number"),
        (DVT, 'value = "limited"', 'value = "diagnostic"', "C03", "item[0](QUAL).option[1].value"),
        (DVT, 'label = "Limited"\nkey = "2"', 'label = "Limited"\nkey = "1"', "C03", "item[0](QUAL).option[1].key"),
        (DVT, 'testcd = "VNCOMPR"', 'testcd = "IMGQUAL"', "C03", "item[1](COMP).export.testcd"),
        (DVT, 'test = "Vein Compressibility"', 'test = "Image Quality"', "C03", "item[1](COMP).export.test"),
        (DVT, 'segments = ["CIV", "EIV"]', 'segments = ["CIV", "EIV", "EIV"]', "C03", "group[2](ILIAC).segments[2]"),
        (DVT, 'id = "WINDOW"', 'id = "NO_COMPRESSION"', "C03", "missing.ne_reason[1](NO_COMPRESSION).id"),
        (DVT, 'value = ["partial", "none"] },\n  { item = "FLOW"', 'value = ["part", "none"] },\n  { item = "FLOW"', "C04", "ask[5](Q06).when.any_of[0].value[0]"),
        (DVT, 'item = "COMP"\nover', 'item = "COMPR"\nover', "C04", "derivation[0](COMPWRST).item"),
        (DVT, 'segments = ["DFV", "PTV", "PERV"', 'segments = ["DFV", "PTX", "PERV"', "C04", "class[2](C).rule[1].segments[1]"),
        (DVT, 'groups = ["COMPRESSIBLE"]', 'groups = ["COMPRESSIBEL"]', "C04", "ask[0](Q01).groups[0]"),
        (DVT, 'visits = ["D10", "M6"]', 'visits = ["D11", "M6"]', "C04", "class[0](A).visits[0]"),
        (DVT, 'items = ["COMP"]\ngroups = ["COMPRESSIBLE"]\nblocks = ["THROMBOSIS"]', 'items = ["COMP"]\ngroups = ["COMPRESSIBLE"]\nblocks = ["THROMBUS"]', "C04", "ask[0](Q01).blocks[0]"),
        (DVT, 'shown_to = ["DUPLEX"]', 'shown_to = ["DUPLEXX"]', "C04", "attribute[0](STUDY_LIMB).shown_to[0]"),
        (DVT, 'side_attribute = "STUDY_LIMB"', 'side_attribute = "LIMB"', "C04", "exam.side_attribute"),
        (DVT, 'blinding = "BLINDED"', 'blinding = "BLIND"', "C04", "reading_type[0](DUPLEX).blinding"),
        (DVT, 'derivations = ["COMPWRST", "PATENT"]', 'derivations = ["COMPWORST", "PATENT"]', "C04", "class[0](A).rule[0].derivations[0]"),
        (DVT, 'default = "diagnostic"', 'default = "good"', "C04", "item[0](QUAL).default"),
        (DVT, 'allow_ne = true\nconcept = { value = "CL-100"', 'allow_ne = true\nne_reasons = ["X"]\nconcept = { value = "CL-100"', "C04", "item[1](COMP).ne_reasons[0]"),
        (DVT, 'explicit_for = ["partial", "none"]', 'explicit_for = ["partial", "never"]', "C04", "item[1](COMP).evidence.explicit_for[1]"),
        (DVT, 'agreement_items = ["COMP"', 'agreement_items = ["COMPP"', "C04", "monitoring.agreement_items[0]"),
        (DVT, 'classes = ["A", "B", "C", "E"]', 'classes = ["A", "F"]', "C04", "monitoring.adjudication_rate.classes[1]"),
        (DVT, 'each = "ALL"\nfires_when = { all_of', 'each = "EVERY"\nfires_when = { all_of', "C04", "check[0](E02).each"),
        (DVT, 'derivation = "RECURSUS"', 'derivation = "RECURS"', "C04", "alert[0](S01).derivation"),
        (DVT, 'grows = { item = "D_COMP"', 'grows = { item = "D_COM"', "C04", "derivation[17](RECURSUS).grows.item"),
        (DVT, "involved = { COMP", 'involved = { COMPX = ["a"], COMP', "C04", "derivation[12](LEVEL).involved.COMPX"),
        (DVT, '{ id = "popliteal", over = { segments = ["POPV"] } }', '{ id = "popliteal", over = { segments = ["POP"] } }', "C04", "derivation[10](SVSSCORE).parts[1](popliteal).over.segments[0]"),
        (DVT, 'absent_values = ["no"]', 'absent_values = ["not"]', "C04", "derivation[18](REFLUXDP).absent_values[0]"),
        (PORTAL, 'in = ["target", "remnant", "central"]', 'in = ["targets", "remnant"]', "C04", "ask[0](Q01).where.in[0]"),
        (PORTAL, 'where = { attribute = "ROLE"', 'where = { attribute = "ROLES"', "C04", "ask[0](Q01).where.attribute"),
        (PORTAL, 'segment = "each", op = "eq", value = "target"', 'segment = "each", op = "eq", value = "aim"', "C04", "check[0](L02).fires_when.all_of[0].value"),
        (PORTAL, 'value = ["D3", "W1", "W3", "W6"] },', 'value = ["D3", "W9"] },', "C04", "check[0](L02).fires_when.all_of[1].value[1]"),
        (DVT, 'items = ["COMPLETE"]\n', 'items = ["COMPLETE"]\ngroups = ["ALL"]\n', "C05", "ask[14](Q15).groups"),
        (DVT, 'items = ["COMPLETE"]\n', 'items = ["COMPLETE"]\nsegments = ["CFV"]\n', "C05", "ask[14](Q15).segments"),
        (DVT, 'items = ["COMPLETE"]\n', 'items = ["COMPLETE", "QUAL"]\n', "C05", "ask[14](Q15).items"),
        (DVT, 'items = ["COMP"]\ngroups = ["COMPRESSIBLE"]\nblocks', 'items = ["COMP"]\nblocks', "C05", "ask[0](Q01)"),
        (DVT, 'each = "COMPRESSIBLE"\nfires_when = { all_of = [\n  { item = "COMP", segment = "each", op = "eq", value = "full" },\n  { item = "FLOW", segment = "each"', 'fires_when = { all_of = [\n  { item = "COMP", segment = "CFV", op = "eq", value = "full" },\n  { item = "FLOW", segment = "each"', "C05", "check[2](E05).fires_when.all_of[1].segment"),
        (DVT, 'when = { item = "REFP", segment = "each"', 'when = { item = "REFP", segment = "before"', "C05", "ask[18](Q19).when.segment"),
        (DVT, '{ item = "PHAS", segment = "CFV", op', '{ item = "PHAS", op', "C05", "check[6](E09).fires_when.all_of[0]"),
        (DVT, '{ item = "PHAS", segment = "CFV", op = "eq", value = "continuous" }', '{ item = "COMPLETE", segment = "CFV", op = "eq", value = "limited" }', "C05", "check[6](E09).fires_when.all_of[0].segment"),
        (DVT, 'fires_when = { fact = "evidence_label_differs", segment = "each", op = "eq", value = true }', 'fires_when = { fact = "visit", op = "in", value = ["D10"] }\nwhere = { attribute = "STUDY_LIMB", in = ["left"] }', "W02", "check[1](E04).fires_when.fact"),
        (DVT, 'each = "ALL"\nfires_when = { fact', "fires_when = { fact", "C05", "check[1](E04).fires_when.fact"),
        (DVT, 'when = { item = "REFP", segment = "each", op = "eq", value = "yes" }', 'when = { fact = "visit", op = "eq", value = "M6" }', "C05", "ask[18](Q19).when.fact"),
        (DVT, 'shown_to = ["DUPLEX"]', 'shown_to = ["DUPLEX"]\ngroup = "ALL"', "C05", "attribute[0](STUDY_LIMB).group"),
        (PORTAL, '{ attribute = "ROLE", segment = "each", op = "eq", value = "target" }', '{ attribute = "ROLE", op = "eq", value = "target" }', "C05", "check[0](L02).fires_when.all_of[0]"),
        (PORTAL, 'items = ["EMBNT"]\n', 'items = ["EMBNT"]\ngroups = ["ALL"]\n', "C05", "class[0](A).rule[2].groups"),
        (PORTAL, 'items = ["EMBNT"]\n', 'items = ["EMBNT"]\nsegments = ["IVC"]\n', "C05", "class[0](A).rule[2].segments"),
        (DVT, 'items = ["COMP"]\ngroups = ["CORE"]\nmin', 'items = ["COMP"]\nmin', "C05", "class[1](B).rule[0]"),
        (PORTAL, 'item = "PAT"\nover', 'item = "EMBNT"\nover', "C05", "derivation[11](EVALFL).item"),
        (DVT, '{ item = "THR", segment = "each", op = "eq", value = "no_thrombus" }', '{ item = "THR", segment = "each", op = "lt", value = "no_thrombus" }', "C06", "check[3](E06).fires_when.all_of[1].op"),
        (DVT, '{ item = "THR", segment = "each", op = "eq", value = "no_thrombus" }', '{ item = "THR", segment = "each", op = "in", value = "no_thrombus" }', "C06", "check[3](E06).fires_when.all_of[1].value"),
        (DVT, '{ item = "THR", segment = "each", op = "eq", value = "no_thrombus" }', '{ item = "THR", segment = "each", op = "eq", value = 3 }', "C06", "check[3](E06).fires_when.all_of[1].value"),
        (DVT, '{ item = "THR", segment = "each", op = "eq", value = "no_thrombus" }', '{ item = "THR", segment = "each", op = "eq" }', "C06", "check[3](E06).fires_when.all_of[1]"),
        (DVT, '{ item = "THR", segment = "each", op = "eq", value = "no_thrombus" }', '{ item = "TXT", segment = "each", op = "in", value = ["no"] }', "C06", "check[3](E06).fires_when.all_of[1].op"),
        (DVT, 'op = "gt", other = "D_REST" }', 'op = "gt", other = "D_REST", value = 3 }', "C06", "check[8](E11).fires_when"),
        (DVT, 'op = "gt", other = "D_REST" }', 'op = "gt", other = "COMP" }', "C06", "check[8](E11).fires_when.other"),
        (DVT, 'op = "gt", other = "D_REST" }', 'op = "gt", other = "D_RES" }', "C04", "check[8](E11).fires_when.other"),
        (DVT, 'op = "gt", other = "D_REST" }', 'op = "gt", value = 3, factor = 0.5 }', "C06", "check[8](E11).fires_when.factor"),
        (DVT, 'op = "gt", other = "D_REST" }', 'op = "gt", value = "3" }', "C06", "check[8](E11).fires_when.value"),
        (DVT, '{ item = "COMP", segment = "each", op = "answered" }', '{ item = "COMP", segment = "each", op = "answered", value = "full" }', "C06", "check[0](E02).fires_when.all_of[1].any_of[0].value"),
        (DVT, '{ item = "COMP", segment = "each", op = "answered" }', '{ item = "COMP", segment = "each", op = "eq", other = "D_REST" }', "C06", "check[0](E02).fires_when.all_of[1].any_of[0].other"),
        (DVT, 'op = "missing", value = ["NE", "NI"]', 'op = "missing", value = ["NE", "NX"]', "C06", "ask[10](Q11).when.any_of[3].value[1]"),
        (DVT, 'op = "missing", value = ["NE", "NI"]', 'op = "missing", value = "NE"', "C06", "ask[10](Q11).when.any_of[3].value"),
        (DVT, 'op = "missing", value = ["NE", "NI"]', 'op = "missing", factor = 2.0', "C06", "ask[10](Q11).when.any_of[3].factor"),
        (DVT, 'fact = "segment", op = "eq", value = "CFV"', 'fact = "segment", op = "lt", value = "CFV"', "C06", "check[11](E13B).fires_when.all_of[0].not.op"),
        (PORTAL, 'segment = "each", op = "eq", value = "target"', 'segment = "each", op = "in", value = "target"', "C06", "check[0](L02).fires_when.all_of[0].value"),
        (DVT, 'key = "1"\nrank = 0', 'key = "1"\nrank = 1', "C07", "item[0](QUAL).option[0].rank"),
        (DVT, 'label = "Limited"\nkey = "2"\nrank = 1', 'label = "Limited"\nkey = "2"', "C07", "item[0](QUAL).option[1].rank"),
        (DVT, 'label = "No thrombus"\nkey = "1"', 'label = "No thrombus"\nkey = "1"\nrank = 0', "C07", "item[3](THR).option[0].rank"),
        (DVT, 'use = "detail"\nwhen = { item = "REFP", segment = "each", op = "eq", value = "yes" }', 'use = "detail"', "C08", "ask[18](Q19).when"),
        (DVT, 'use = "detail"\nwhen = { item = "REFP"', 'use = "optional"\nwhen = { item = "REFP"', "C08", "ask[18](Q19).when"),
        (DVT, 'items = ["CONF", "TXT"]\ngroups = ["ALL"]\nblocks = ["THROMBOSIS"]\nuse = "optional"', 'items = ["CONF"]\ngroups = ["ILIAC"]\nblocks = ["THROMBOSIS"]\nuse = "core"\n\n[[ask]]\nid = "Q21"\nitems = ["TXT"]\ngroups = ["ALL"]\nblocks = ["THROMBOSIS"]\nuse = "optional"', "C08", "ask[13](Q14).items[0]"),
        (DVT, 'when = { item = "THR", segment = "each", op = "in", value = ["non_occlusive", "occlusive"] }', 'when = { item = "EXT", segment = "each", op = "eq", value = "whole" }', "C08", "ask[6](Q07).when"),
        (ODD, 'when = { item = "KOLLAT", op = "eq", value = "ja" }', 'when = { item = "RRSYS", op = "gt", value = 100 }', "C08", "ask[8](F09).when.item"),
        (DVT, "min_pool = 3", "min_pool = 1", "C09", "reading_type[0](DUPLEX).min_pool"),
        (DVT, 'order = "independent_timepoint"', 'order = "time_sequential"', "C09", "reading_type[0](DUPLEX).subject_spacing"),
        (PORTAL, 'apart_from = ["VESSEL"]', "apart_from = []", "C09", "reading_type[0](VESSEL).apart_from[0]"),
        (PORTAL, 'apart_from = ["VESSEL"]', 'apart_from = ["VESSEL", "REMNANT"]', "C09", "reading_type[1](REMNANT).apart_from[1]"),
        (PORTAL, 'blocks = ["REMNANT"]\nreaders', 'blocks = ["REMNANT", "VESSELS"]\nreaders', "C09", "block[0](VESSELS).id"),
        (DVT, 'blocks = ["THROMBOSIS", "REFLUX"]\nreaders', 'blocks = ["THROMBOSIS"]\nreaders', "C09", "block[1](REFLUX).id"),
        (DVT, "baseline = true\n", "", "C10", "visit"),
        (DVT, "day = 10\n", "baseline = true\nday = 10\n", "C10", "visit[1](D10).baseline"),
        (DVT, "day = 10\n", "day = 16\n", "C10", "visit[1](D10).day"),
        (DVT, "window = [23, 44]", "window = [13, 44]", "C10", "visit[2](D30).window"),
        (DVT, "number = 1\n", "number = 9\n", "C10", "visit[0](BL).number"),
        (DVT, 'segments = ["CIV", "EIV", "CFV"]\nparts', 'segments = ["GSV"]\nparts', "C11", "class[2](C).rule[3].items"),
        (DVT, 'parts = [["no"], ["yes"]]', 'parts = [["no"], ["yes", "no"]]', "C11", "class[2](C).rule[5].parts"),
        (DVT, 'kind = "across_cutoff"\nitems = ["REFS"]\ngroups = ["REFLUX_LONG"]', 'kind = "across_cutoff"\nitems = ["REFP"]\ngroups = ["REFLUX_LONG"]', "C11", "class[4](E).rule[1].kind"),
        (DVT, 'kind = "ordinal_distance"\nitems = ["COMP"]\ngroups = ["CORE"]', 'kind = "ordinal_distance"\nitems = ["THR"]\ngroups = ["CORE"]', "C11", "class[1](B).rule[0].kind"),
        (DVT, "absolute = 2.0\npercent = 25.0\n", "", "C11", "class[4](E).rule[0]"),
        (PORTAL, 'derivations = ["FLOWVOL"]', 'derivations = ["RECANFL"]', "C11", "class[4](E).rule[1].derivations[0]"),
        (PORTAL, 'items = ["EMBNT"]\nne_vs', 'items = ["TLV"]\nne_vs', "W05", ""),
        (DVT, 'id = "COMPWRST"\n', 'id = "COMPWRST"\ncutoff = 2\n', "C12", "derivation[0](COMPWRST).cutoff"),
        (DVT, 'item = "COMP"\nover', "over", "C12", "derivation[0](COMPWRST).item"),
        (DVT, 'values = ["partial", "none"]\nover = { group = "CORE" }\nmissing = "strict"', 'values = ["partial", "none"]\nover = { group = "CORE" }\nmissing = "certain"', "C12", "derivation[1](COMPNSEG).missing"),
        (DVT, 'of = "SVSSCORE"', 'of = "EVALFL"', "C12", "derivation[11](SVSCHG).of"),
        (DVT, 'of = "RVDMAX"\nop', "op", "C12", "derivation[15](RVD4)"),
        (DVT, 'item = "COMP"\nover', 'item = "THR"\nover', "C12", "derivation[0](COMPWRST).item"),
        (DVT, 'item = "D_COMP"\nover', 'item = "COMP"\nover', "C12", "derivation[14](RVDMAX).item"),
        (DVT, 'values = ["non_occlusive", "whole"]', 'values = ["non_occlusive"]', "C12", "derivation[10](SVSSCORE).rows[3].values"),
        (DVT, 'values = ["non_occlusive", "whole"]', 'values = ["occlusive", "whole"]', "C12", "derivation[10](SVSSCORE).rows[5]"),
        (DVT, 'items = ["COMP", "FLOW"]\ninvolved', 'items = ["COMP", "FLOW", "THR"]\ninvolved', "C12", "derivation[12](LEVEL).items[2]"),
        (DVT, 'function = "count"\nitem = "COMP"\nvalues = ["partial", "none"]\nover = { group = "CORE" }\nmissing = "strict"', 'function = "count"\nitem = "THR"\nvalues = ["occlusive"]\nover = { group = "CORE" }\nmissing = "worst_case"', "C12", "derivation[1](COMPNSEG).missing"),
        (PORTAL, 'part = "FLRV"', 'part = "COLL"', "C12", "derivation[6](FLRPCT).part"),
        (PORTAL, 'of = "DH"', 'of = "FLRPCT"', "C12", "derivation[10](KGR).of"),
        (DVT, '\nside_attribute = "STUDY_LIMB"', "", "C13", "exam.side_attribute"),
        (DVT, 'values = ["left", "right"]', 'values = ["left", "both"]', "C13", "exam.side_attribute"),
        (DVT, 'label = "Image quality"\nquestion', 'label = "After thrombectomy"\nquestion', "C14", "item[0](QUAL).label"),
        (DVT, 'guess_arms = ["Thrombectomy", "Anticoagulation"]', 'guess_arms = ["Thrombectomy"]', "C14", "blinding.guess_arms"),
        (DVT, 'guess_arms = ["Thrombectomy", "Anticoagulation"]', "guess_arms = []", "C14", "blinding.guess_arms"),
        (DVT, 'value = "64131007"', 'value = "64131007641310076"', "C15", "segment[0](IVC).code.value"),
        (DVT, 'scheme = "SCT", meaning = "Inferior vena cava"', 'scheme = "SCTT", meaning = "Inferior vena cava"', "C15", "segment[0](IVC).code.scheme"),
        (DVT, 'meaning = "Inferior vena cava"', f'meaning = "{"x" * 65}"', "C15", "segment[0](IVC).code.meaning"),
    ],
)  # fmt: skip
def test_meaning(*, name: str, old: str, new: str, code: str, path: str) -> None:
    found = faults(name, (old, new))
    if path:
        assert (code, path) in found
    assert {one for one, _ in found if not one.startswith("W")} <= {code}


def test_an_item_belongs_to_one_reading_type() -> None:
    start = full(PORTAL).index("[[ask]]")
    both = '[[ask]]\nid = "Q99"\nitems = ["PAT"]\ngroups = ["ALL"]\nblocks = ["REMNANT"]\nuse = "optional"\n\n'
    text = full(PORTAL)[:start] + both + full(PORTAL)[start:]
    found = [fault for fault in check_charter(text.encode()).faults if not fault.code.startswith("W")]
    assert {fault.code for fault in found} == {"C09"}
    assert all(fault.message == "PAT is asked by more than one reading type" for fault in found)


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "path"),
    [
        (DVT, "max_seconds = 3600", "max_seconds = 30", "C02", "signing.max_seconds"),
        (DVT, 'message = "Occlusive thrombus, but', 'message = "Occlusive thrombus at Month 6, but', "C14", "check[4](E08A).message"),
        (DVT, 'agreement_items = ["COMP"', 'agreement_items = ["D_REST"', "C11", "monitoring.agreement_items[0]"),
        (DVT, 'numeric_items = ["D_REST"', 'numeric_items = ["COMP"', "C11", "monitoring.numeric_items[0]"),
    ],
)  # fmt: skip
def test_what_would_not_work_in_a_lab(*, name: str, old: str, new: str, code: str, path: str) -> None:
    assert faults(name, (old, new)) == [(code, path)]


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "path"),
    [
        (DVT, 'items = ["TECH"]', 'items = ["COMPLETE"]', "W01", "item[20](TECH)"),
        (DVT, '[[group]]\nid = "ILIAC"', '[[group]]\nid = "SPARE"\nlabel = "Spare"\nsegments = ["CFV"]\n\n[[group]]\nid = "ILIAC"', "W01", "group[2](SPARE)"),
        (DVT, '[[block]]\nid = "THROMBOSIS"', '[[attribute]]\nid = "SEX"\nlabel = "Sex"\nper = "subject"\nvalues = ["female", "male"]\n\n[[block]]\nid = "THROMBOSIS"', "W01", "attribute[1](SEX)"),
        (DVT, 'blocks = ["THROMBOSIS", "REFLUX"]\n\n', 'blocks = ["THROMBOSIS"]\n\n', "W01", "block[1](REFLUX)"),
        (DVT, 'segments = ["CIV", "EIV"]', 'segments = ["EIV", "CIV"]', "W03", "group[2](ILIAC).segments[1]"),
        (DVT, 'parts = [["no_thrombus"], ["non_occlusive", "occlusive"], ["post_thrombotic"]]', 'parts = [["no_thrombus"], ["non_occlusive", "occlusive"], ["post_thrombotic"]]\nna_as = "no_thrombus"', "W04", "class[2](C).rule[2].na_as"),
        (DVT, "closure = true", "closure = false", "W05", "adjudication.closure"),
        (PORTAL, 'items = ["FLRF"]\nabsolute', 'items = ["BSA"]\nabsolute', "W05", "class[0](A).rule[0]"),
        (DVT, '  { values = ["indeterminate", "*"], score = "NE" },\n', "", "W06", "derivation[10](SVSSCORE).rows"),
        (DVT, 'default = "no_stent"\n', "", "", ""),
        (DVT, 'default = "diagnostic"\n', "allow_ne = true\n", "W07", "block[0](THROMBOSIS)"),
        (DVT, "repeat_share = 0.05", "repeat_share = 0.0", "W08", "reading_type[0](DUPLEX)"),
        (DVT, "readers = 2", "readers = 1", "W08", "reading_type[0](DUPLEX)"),
    ],
)  # fmt: skip
def test_warnings(*, name: str, old: str, new: str, code: str, path: str) -> None:
    found = faults(name, (old, new))
    assert found == ([(code, path)] if code else [])


def test_w10_a_statement_should_say_what_the_charter_is_not() -> None:
    text = full(DVT)
    statement = text[text.index('statement = """') : text.index('use."""') + 7]
    assert faults(DVT, (statement, 'statement = "A charter."')) == [("W10", "charter.statement")]


def test_a_reason_that_no_item_offers_is_never_used() -> None:
    reduced = 'allow_ne = true\nne_reasons = ["WINDOW"]'
    text = full(PORTAL).replace("allow_ne = true", reduced)
    unused = [fault.path for fault in check_charter(text.encode()).faults if fault.code == "W01"]
    assert unused == [f"missing.ne_reason[{n}]({reason})" for n, reason in ((1, "BREATHING"), (2, "NO_COLOUR"), (3, "NO_SPECTRAL"), (4, "ANGLE"), (5, "LABEL"), (6, "OTHER"))]  # fmt: skip


def test_a_side_that_no_segment_uses_is_a_fault() -> None:
    text = full(DVT).replace('side = "study"', 'side = "unpaired"')
    assert [(fault.code, fault.path) for fault in check_charter(text.encode()).faults] == [("C13", "exam.side_attribute")]


def test_visits_may_overlap_when_neither_is_required() -> None:
    optional = [("window = [7, 14]", "window = [7, 30]\nrequired = false"), ("window = [23, 44]", "window = [23, 44]\nrequired = false")]
    assert faults(DVT, *optional) == []
    assert faults(DVT, optional[0]) == [("C10", "visit[2](D30).window")]


def test_a_circle_of_details_over_two_rules_is_found() -> None:
    circle = (
        'when = { item = "REFP", segment = "each", op = "eq", value = "yes" }',
        'when = { item = "AGE", segment = "each", op = "answered" }',
    )
    back = ('value = ["non_occlusive", "occlusive", "post_thrombotic", "indeterminate"] }', 'value = ["non_occlusive"] }')
    age = 'when = { item = "THR", segment = "each", op = "in", value = ["non_occlusive"] }'
    found = faults(DVT, circle, back, (age, 'when = { any_of = [{ item = "REFS", group = "ALL", match = "any", op = "answered" }] }'))
    assert [code for code, _ in found] == ["C08"]


def test_a_missing_table_is_named_even_where_another_part_needs_it() -> None:
    found = faults(DVT, ('[exam]\nside_attribute = "STUDY_LIMB"\n', ""))
    assert found == [("C01", "exam"), ("C13", "exam.side_attribute")]


def test_an_item_of_many_answers_is_only_asked_whether_it_is_there() -> None:
    many = (
        'question = "Is flow spontaneous?"\nscope = "segment"\nkind = "choice"\nscale = "nominal"',
        'question = "x"\nscope = "segment"\nkind = "multi"',
    )
    leaf = '{ item = "THR", segment = "each", op = "eq", value = "no_thrombus" }'
    assert faults(DVT, many, (leaf, '{ item = "SPON", segment = "each", op = "answered" }')) == []
    found = faults(DVT, many, (leaf, '{ item = "SPON", segment = "each", op = "eq", value = "yes" }'))
    assert found == [("C06", "check[3](E06).fires_when.all_of[1].op")]


def test_a_condition_may_ask_for_an_attribute_of_the_subject() -> None:
    leaf = '{ item = "THR", segment = "each", op = "eq", value = "no_thrombus" }'
    assert faults(DVT, (leaf, '{ attribute = "STUDY_LIMB", op = "eq", value = "left" }')) == []
    assert faults(DVT, (leaf, '{ attribute = "LIMB", op = "eq", value = "left" }')) == [
        ("C04", "check[3](E06).fires_when.all_of[1].attribute")
    ]


def test_an_unknown_key_names_the_keys_of_its_own_function() -> None:
    text = (
        full(DVT)
        .replace('function = "change"\n', 'function = "change"\nitem = "COMP"\n', 1)
        .replace('kind = "difference"', 'kind = "gap"', 1)
    )
    found = {fault.code: fault for fault in check_charter(text.encode()).faults}
    assert found["C12"].allowed == (
        "blocks",
        "from",
        "function",
        "id",
        "kind",
        "label",
        "of",
        "over",
        "scope",
        "unit",
        "visits",
        "win_ratio_tier",
    )
    assert found["C02"].path == "derivation[11](SVSCHG).kind"


def test_words_are_not_compared_since_they_may_tell_who_wrote_them() -> None:
    found = faults(DVT, ('items = ["QUAL", "EXT", "ECHO", "AGE", "SPON", "AUG"]', 'items = ["QUAL", "TXT"]'))
    assert ("C11", "class[3](D).rule[0].items") in found
