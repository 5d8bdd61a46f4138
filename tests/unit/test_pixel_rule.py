"""How many people look at a clip: the lab's rule in words, and the share that is drawn."""

from hashlib import sha256

import pytest

from corelab.domain.pixel_rule import PixelRule, rule_of


@pytest.mark.parametrize(("text", "percent"), [("two", 100), ("one", 0), ("sample:1", 1), ("sample:20", 20), ("sample:99", 99)])
def test_a_rule_reads_as_it_is_written(text: str, percent: int) -> None:
    assert rule_of(text) == PixelRule(percent)
    assert PixelRule(percent).text == text


@pytest.mark.parametrize("text", ["", "three", "sample", "sample:", "sample:0", "sample:100", "sample:-1", "sample:5.5", "sample:\u0661"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        rule_of(text)


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_share_lies_between_none_and_all(percent: int) -> None:
    with pytest.raises(ValueError, match=str(percent)):
        PixelRule(percent)


@pytest.mark.parametrize("percent", [0, 20, 50, 100])
def test_the_draw_takes_the_share_it_says(percent: int) -> None:
    draws = [sha256(str(number).encode()).digest() for number in range(4000)]
    share = sum(PixelRule(percent).needs_second(draw) for draw in draws) / len(draws)
    assert abs(share - percent / 100) < 0.03


def test_the_ends_of_the_range_of_draws() -> None:
    assert PixelRule(1).needs_second(bytes(8))
    assert not PixelRule(99).needs_second(b"\xff" * 8)
    assert PixelRule(100).needs_second(b"\xff" * 8)
    assert not PixelRule(0).needs_second(bytes(8))
