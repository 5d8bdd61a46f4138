"""A charter on paper: every part of the file is there, conditions and formulae read as English, the same charter the same bytes."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from corelab.domain.charter import Charter, load_charter
from corelab.export.charter import charter_pdf
from corelab.export.charter.condition_words import condition_words
from corelab.export.charter.derivation_words import derivation_words
from corelab.export.charter.rule_words import adjudication_words, rule_words
from tests.charter_builders import DVT, PORTAL, full


def charter_of(name: str) -> Charter:
    return load_charter(full(name).encode())


def text_of(charter: Charter) -> str:
    """All words on all pages, without the breaks of lines."""
    pages = (page.extract_text() for page in PdfReader(BytesIO(charter_pdf(charter))).pages)
    return " ".join(" ".join(pages).split())


@pytest.mark.parametrize("name", [DVT, PORTAL, "odd"])
def test_every_part_of_the_file_is_on_paper(name: str) -> None:
    charter, text = charter_of(name), text_of(charter_of(name))
    named = [
        *(segment.id for segment in charter.segments),
        *(item.id for item in charter.items),
        *(group.id for group in charter.groups),
        *(check.id for check in charter.checks),
        *(alert.id for alert in charter.alerts),
        *(derivation.id for derivation in charter.derivations),
        *(visit.id for visit in charter.visits),
        *(reason.id for reason in charter.missing.ne),
        *(item.export.testcd for item in charter.items),
    ]
    assert [one for one in named if one not in text] == []
    words = "".join(text.split())
    said = (charter.title.partition("(")[0], charter.trial.title, charter.retention.text, charter.header.changes)
    assert [one for one in said if "".join(one.split()) not in words] == []


@pytest.mark.parametrize("role", ["For the sponsor", "For the core laboratory", "For the readers"])
def test_there_are_lines_to_sign_on(role: str) -> None:
    assert role in text_of(charter_of(DVT))


def test_the_same_charter_gives_the_same_bytes_and_another_one_others() -> None:
    again = load_charter(full(DVT).encode())
    assert charter_pdf(charter_of(DVT)) == charter_pdf(again)
    other = load_charter(full(DVT).replace("min_pool = 3", "min_pool = 4").encode())
    assert charter_pdf(other) != charter_pdf(again)


# ---------------------------------------------------------------- conditions

AT_REST = "AP diameter at rest of Common femoral vein"


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("E05", "Compressibility of the segment is “Full: walls meet under light pressure”, and Colour filling of the segment is “Absent”"),
        ("E04", "the evidence comes from a clip labelled for another segment or side"),
        ("E11", "AP diameter under pressure of the segment is greater than AP diameter at rest"),
        ("E13A", f"{AT_REST} is less than 4 mm, or {AT_REST} is greater than 25 mm"),
    ],
)  # fmt: skip
def test_a_condition_reads_as_english(check: str, words: str) -> None:
    charter = charter_of(DVT)
    rule = next(one for one in charter.checks if one.id == check)
    assert condition_words(charter, rule.fires_when) == words


def test_what_is_turned_round_is_told_turned_round() -> None:
    charter = charter_of(DVT)
    rule = next(one for one in charter.checks if one.id == "E13B")
    assert condition_words(charter, rule.fires_when).startswith("the segment is not Common femoral vein, and (")


def test_a_question_that_is_not_answered_has_no_answer() -> None:
    charter = charter_of(PORTAL)
    rule = next(one for one in charter.checks if one.id == "L06")
    told = condition_words(charter, rule.fires_when)
    assert "Doppler angle of the segment has no answer, or Doppler angle of the segment is greater than 60 deg" in told


def test_a_factor_and_neighbours_are_told() -> None:
    charter = charter_of(DVT)
    told = {one.id: condition_words(charter, one.fires_when) for one in charter.checks}
    assert "is less than 0.5 times AP diameter at rest" in told["E12"]
    assert "Compressibility of the segment before it is" in told["E15"]
    assert "of every segment of “Iliac veins” is" in told["E09"]


# ---------------------------------------------------------------- rules and formulae


def test_a_rule_of_a_class_is_told() -> None:
    charter = charter_of(DVT)
    told = [rule_words(charter, rule) for one in charter.classes for rule in one.rules]
    assert any(words.startswith("“Worst compressibility in the endpoint segments” (COMPWRST) and") for words in told)
    assert any("the ranks differ by at least 2. A value against “not evaluable” is discordant." in words for words in told)
    assert any("more than the larger of 2 mm and 25 % of their mean" in words for words in told)
    assert any("exactly one of the numbers is greater than 1 s" in words for words in told)


def test_adjudication_is_told() -> None:
    told = adjudication_words(charter_of(DVT).adjudication)
    assert told[0].startswith("The adjudicator sees both answers as A and B")
    assert "whoever read any exam of the subject or whoever labelled the clips of the exam" in told[-1]


@pytest.mark.parametrize(
    ("name", "derivation", "formula"),
    [
        (DVT, "COMPWRST", "COMPWRST = max rank(COMP[s]), s in the segments of “Endpoint segments”"),
        (DVT, "SVSCHG", "SVSCHG = SVSSCORE \u2212 SVSSCORE[baseline]"),
        (DVT, "RVD4", "RVD4 = Y if RVDMAX ≥ 4"),
        (PORTAL, "FLRPCT", "FLRPCT = FLRV / (TLV \u2212 TUMV) \u00d7 100"),
        (PORTAL, "KGR", "KGR = DH / elapsed weeks"),
    ],
)
def test_a_derivation_has_its_formula(name: str, derivation: str, formula: str) -> None:
    charter = charter_of(name)
    said, found = derivation_words(charter, charter.derivation(derivation))
    assert found == formula
    assert said.endswith(".")


@pytest.mark.parametrize("name", [DVT, PORTAL, "odd"])
def test_every_derivation_and_rule_has_words(name: str) -> None:
    charter = charter_of(name)
    assert all(all(derivation_words(charter, one)) for one in charter.derivations)
    assert all(rule_words(charter, rule) for one in charter.classes for rule in one.rules)
