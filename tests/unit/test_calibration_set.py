"""What is drawn for an exam of the calibration set: true by construction, and only what a picture can show."""

from random import Random

import pytest

from corelab.domain.attributes import Attributes
from corelab.domain.calibration import draw, readable, visit_of
from corelab.domain.charter import load_charter
from corelab.domain.completeness import Fact, unknown_facts
from tests.charter_builders import DVT, PORTAL, full
from tests.exam_builders import changed

SEEDS = range(20)


def chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a test, no secret


SHOWS = {"full": "compressible", "partial": "partial", "none": "noncompressible"}


@pytest.mark.parametrize("name", [DVT, PORTAL])
def test_every_required_segment_has_a_clip_and_every_truth_an_option(name: str) -> None:
    charter = load_charter(full(name).encode())
    for seed in SEEDS:
        drawn = draw(charter, chance(seed))
        assert {sent.segment for sent in drawn.clips} == {each.id for each in charter.segments if each.presence == "required"}
        for cell, value in drawn.truth.items():
            assert value in {option.value for option in charter.item(cell.item).options}  # type: ignore[union-attr]  # choices only
        assert {sent.segment for sent in drawn.clips} >= {cell.segment for cell in drawn.truth}


@pytest.mark.parametrize("name", [DVT, PORTAL])
def test_everything_the_charter_wants_to_know_is_known(name: str) -> None:
    charter = load_charter(full(name).encode())
    drawn = draw(charter, chance(1))
    side = {charter.exam.side_attribute: "left"} if charter.exam.side_attribute else {}
    whole = {fact.attribute: value for fact, value in drawn.facts.items() if fact.segment is None}
    segments = {(fact.attribute, fact.segment): value for fact, value in drawn.facts.items() if fact.segment is not None}
    known = Attributes({**side, **whole}, segments)
    assert unknown_facts(charter, known) == ()
    imaged = {sent.segment for sent in drawn.clips}
    assert all(known.absent(fact.segment) == (fact.segment not in imaged) for fact in drawn.facts if fact.segment)
    assert (drawn.side is None) == (charter.exam.side_attribute is None)


def test_items_that_no_picture_shows_have_no_truth() -> None:
    charter = load_charter(full(DVT).encode())
    items = {cell.item for seed in SEEDS for cell in draw(charter, chance(seed)).truth}
    assert items == {"COMP", "FLOW"}


def test_pictures_and_truth_say_the_same_and_illness_is_spread() -> None:
    charter = load_charter(changed())
    for seed in SEEDS:
        drawn = draw(charter, chance(seed))
        comp = [drawn.truth[cell] for cell in drawn.truth if cell.item == "COMP"]
        assert set(comp) == {"full", "partial", "none"}
        kinds = {sent.segment: sent.kind for sent in drawn.clips if sent.kind in SHOWS.values()}
        assert all(kinds[cell.segment] == SHOWS[value] for cell, value in drawn.truth.items() if cell.item == "COMP")


def test_the_same_chance_draws_the_same() -> None:
    charter = load_charter(changed())
    assert draw(charter, chance(7)) == draw(charter, chance(7)) != draw(charter, chance(8))
    assert Fact("STUDY_LIMB") not in draw(charter, chance(7)).facts


def test_the_visit_that_asks_most_is_read_and_only_what_is_shown() -> None:
    charter = load_charter(full(PORTAL).encode())
    assert visit_of(charter) == "BL"
    assert [readable(charter, kind) for kind in charter.reading_types] == [True, False]
