"""Codes by the clock: the values of RFC 6238 and RFC 4226, what is taken and what is not."""

from datetime import UTC, datetime, timedelta

import pytest

from corelab.domain.totp import address, code_of, matching_step, spoken, step_at

SECRET = b"12345678901234567890"
NOON = datetime(2026, 1, 12, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_p11_21_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert code_of(SECRET, step_at(datetime.fromtimestamp(seconds, UTC)), digits=8) == code


def test_p11_21_codes_are_those_of_rfc_4226() -> None:
    assert [code_of(SECRET, step) for step in range(5)] == ["755224", "287082", "359152", "969429", "338314"]


def test_a_code_is_taken_half_a_minute_early_or_late_and_no_more() -> None:
    code = code_of(SECRET, step_at(NOON))
    taken = [seconds for seconds in (-60, -30, 0, 30, 60) if matching_step(SECRET, code, NOON + timedelta(seconds=seconds)) is not None]
    assert taken == [-30, 0, 30]


def test_a_code_is_good_once() -> None:
    now = step_at(NOON)
    assert matching_step(SECRET, code_of(SECRET, now), NOON) == now
    assert matching_step(SECRET, code_of(SECRET, now), NOON, after=now) is None
    assert matching_step(SECRET, code_of(SECRET, now + 1), NOON, after=now) == now + 1


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert matching_step(SECRET, typed, NOON) is None


def test_spaces_in_a_typed_code_are_forgiven() -> None:
    code = code_of(SECRET, step_at(NOON))
    assert matching_step(SECRET, f" {code[:3]} {code[3:]} ", NOON) == step_at(NOON)


def test_the_secret_is_told_in_groups_of_four_and_as_an_address() -> None:
    assert spoken(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    assert address(SECRET, "DVT 01", "reader-1") == (
        "otpauth://totp/DVT%2001:reader-1?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=DVT%2001&algorithm=SHA1&digits=6&period=30"
    )
