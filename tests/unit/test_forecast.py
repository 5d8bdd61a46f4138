"""The load forecast: closed forms of independent cells, what each rule does, and rates that do not fit."""

import math

import pytest

from corelab.domain.charter import Charter, load_charter
from corelab.domain.charter.model_item import ChoiceItem
from corelab.domain.forecast.load import Forecast, foretold, too_many
from corelab.domain.forecast.rates import RatesError, read_rates
from corelab.resources import resource
from corelab.services import charter_check
from tests.charter_builders import DVT, PORTAL, full

EXAMS = 4000
MATRIX = """
[[item.reader]]
full = { full = 0.96, partial = 0.03, none = 0.01 }
partial = { full = 0.15, partial = 0.75, none = 0.10 }
none = { full = 0.02, partial = 0.06, none = 0.92 }
"""
F4 = f"""
minutes_per_case = 6
planned_exams = 1200
[[item]]
item = "Q"
truth = {{ full = 0.70, partial = 0.10, none = 0.20 }}
{MATRIX}"""
ANY = '{ kind = "any_difference", items = ["Q"], groups = ["EVERY"] }'
FAR = '{ kind = "ordinal_distance", items = ["Q"], groups = ["EVERY"], min = 2 }'
WORST = '{ kind = "derived_difference", derivations = ["WORST"] }'


def forecast(charter: str, rates: str, exams: int = EXAMS) -> Forecast:
    loaded = load_charter(charter.encode())
    return foretold(loaded, read_rates(loaded, rates.encode()), exams)


def near(value: float | None, expected: float, exams: int = EXAMS) -> bool:
    """Within four standard errors: a seed is given, so that it is always the same draw."""
    return value is not None and abs(value - expected) <= 4 * math.sqrt(expected * (1 - expected) / exams)


# ---------------------------------------------------------------- closed forms


MANY = """
format = 1
[charter]
id = "many-cells"
version = "1.0.0"
title = "Many cells"
language = "en"
changes = "First."
statement = "This is not the charter of a trial."
[trial]
id = "MANY"
title = "Many cells"
[exam]
[missing]
ne_reason = [{ id = "BLUR", label = "Blurred" }]
ni_reason = [{ id = "NONE", label = "Nothing" }]
[signing]
unplayed_clips = "off"
min_seconds = 0
max_seconds = 10
time_outside = "off"
identity_in_text = "soft"
first_play_before_grading = false
[blinding]
after_lock_questions = false
guess_arms = ["One", "Two"]
suggestions = []
[adjudication]
mode = "review"
ab_order = "exam"
closure = true
reason_required = false
excludes = []
[monitoring]
agreement_items = []
numeric_items = []
weights = "none"
bootstrap_reps = 500
bootstrap_seed = 1
adjudication_rate = { unit = "exam", classes = [] }
p_chart_batch_min = 0
rdi_alarm_sd = 0
[certification]
training_record = true
calibration_exams = 0
[codings]
local_scheme = "99X"
local_scheme_name = "X"
document_title = { value = "1", scheme = "99X", meaning = "X" }
modifier_concept = { value = "2", scheme = "99X", meaning = "Y" }
[retention]
years_min = 1
text = "A year."
[[block]]
id = "ALL"
label = "All"
[[visit]]
id = "V"
label = "Visit"
number = 1
day = 0
window = [0, 0]
blocks = ["ALL"]
baseline = true
[[item]]
id = "Q"
label = "Q"
question = "Q?"
scope = "segment"
kind = "choice"
scale = "ordinal"
allow_ne = true
option = [
  { value = "full", label = "Full", key = "1", rank = 0 },
  { value = "partial", label = "Partial", key = "2", rank = 1 },
  { value = "none", label = "None", key = "3", rank = 2 },
]
export = { testcd = "Q", test = "Q" }
[[ask]]
id = "ASK"
items = ["Q"]
groups = ["EVERY"]
blocks = ["ALL"]
use = "core"
[[reading_type]]
id = "READ"
label = "Read"
blocks = ["ALL"]
readers = 2
blinding = "BLIND"
apart_from = []
order = "independent_timepoint"
pair_unit = "subject"
min_pool = 3
batch_exams = 40
batch_gap_days = 0
session_exams = 40
subject_spacing = 0
repeat_share = 0.1
repeat_min_days = 1
calibration_exams = 0
calibration_every_days = 0
[[blinding_profile]]
id = "BLIND"
label = "Blind"
show = ["segment_label"]
hide_overlay = true
pseudonym = "per_reader"
[[derivation]]
id = "WORST"
label = "Worst"
function = "worst"
item = "Q"
over = { group = "EVERY" }
missing = "certain"
blocks = ["ALL"]
"""


def a_charter_of(cells: int, *classes: tuple[str, str]) -> str:
    """So many segments, one question on each; these classes (letter, rule) adjudicate, without any every difference does."""
    segments = "".join(
        f'[[segment]]\nid = "S{n}"\nname = "S{n}"\nside = "unpaired"\npresence = "required"\n'
        f'code = {{ value = "S{n}", scheme = "99X", meaning = "S{n}" }}\nexport = {{ loc = "S{n}" }}\n'
        for n in range(cells)
    )
    members = ", ".join(f'"S{n}"' for n in range(cells))
    written = "".join(
        f'[[class]]\nid = "{letter}"\nlabel = "{letter}"\naction = "adjudicate"\nrule = [{rule}]\n'
        for letter, rule in classes or (("B", ANY),)
    )
    return f'{MANY}\n{written}\n{segments}\n[[group]]\nid = "EVERY"\nlabel = "Every"\nsegments = [{members}]\n'


def told_apart(share: float) -> str:
    """One reader is always right, the other with this share."""
    wrong = round(1 - share, 6)
    right = 'minutes_per_case = 6\n[[item]]\nitem = "Q"\ntruth = { full = 1.0 }\n[[item.reader]]\n'
    return f"{right}[[item.reader]]\nfull = {{ full = {share}, none = {wrong} }}\n"


@pytest.mark.parametrize(
    ("cells", "alike", "expected", "exams"), [(14, 0.95, 0.512, 3000), (28, 0.95, 0.762, 1500), (140, 0.98, 0.941, 600)]
)
def test_f1_to_f3_any_difference_counts(*, cells: int, alike: float, expected: float, exams: int) -> None:
    found = forecast(a_charter_of(cells), told_apart(alike), exams)
    assert 1 - alike**cells == pytest.approx(expected, abs=0.0005)
    assert near(found.with_case.value, 1 - alike**cells, exams)
    assert near(found.agreement.value, alike, exams * cells)
    assert found.with_case == found.different == found.classes[0].exams


def test_f4_what_the_classes_buy() -> None:
    loose = forecast(a_charter_of(5, ("B", ANY)), F4)
    assert near(loose.agreement.value, 0.8754, EXAMS * 5)
    assert near(loose.with_case.value, 0.486)
    tight = forecast(a_charter_of(5, ("A", WORST), ("B", FAR)), F4)
    endpoint, far = (one.exams.value for one in tight.classes)
    assert near(endpoint, 0.177)
    assert near(far, 0.113)
    assert near(tight.with_case.value, 0.243)
    assert tight.different == loose.different == loose.with_case


# ---------------------------------------------------------------- what is told


def test_a_rule_is_told_with_and_without() -> None:
    found = forecast(a_charter_of(5, ("A", WORST), ("B", FAR)), F4)
    endpoint, far = found.rules
    assert [rule.rule for rule in found.rules] == ["A.1", "B.1"]
    assert found.with_case.value is not None
    assert endpoint.without.value == far.exams.value
    assert far.without.value == endpoint.exams.value


def test_hours_follow_from_cases_exams_and_minutes() -> None:
    found = forecast(a_charter_of(5, ("B", ANY)), F4, 500)
    assert found.hours == pytest.approx(found.share * 1200 * 6 / 60)
    assert found.with_case.interval is not None
    assert found.with_case.interval.low < found.share < found.with_case.interval.high


def test_the_same_seed_gives_the_same_forecast_and_another_one_another() -> None:
    charter = a_charter_of(5)
    assert forecast(charter, F4, 200) == forecast(charter, F4, 200)
    assert forecast(charter, f"seed = 2\n{F4}", 200) != forecast(charter, F4, 200)


def test_items_without_rates_never_differ_and_are_named() -> None:
    always_right = 'minutes_per_case = 6\n[[item]]\nitem = "COMP"\ntruth = { full = 0.5, none = 0.5 }\n'
    found = forecast(full(DVT), always_right, 100)
    assert "FLOW" in found.assumed
    assert "COMP" not in found.assumed
    assert found.different.value == 0.0


def test_draws_go_on_until_one_percent_to_either_side() -> None:
    loaded = load_charter(a_charter_of(1).encode())
    rates = read_rates(loaded, b'minutes_per_case = 6\n[[item]]\nitem = "Q"\ntruth = { full = 1.0 }\n')
    assert foretold(loaded, rates).exams == 500
    told: list[tuple[int, int]] = []
    foretold(loaded, rates, 200, lambda done, of: told.append((done, of)))
    assert told == [(100, 200), (200, 200)]


def test_numbers_several_answers_and_missing_ones_are_drawn() -> None:
    rates = """
minutes_per_case = 6
[imaged]
IVC = 0.5
CFV = 0.5
[[attribute]]
id = "STUDY_LIMB"
values = { left = 1.0 }
[[item]]
item = "COMP"
truth = { none = 0.9, NE = 0.1 }
[[item]]
item = "D_REST"
truth = { mean = 9.0, sd = 2.0, NE = 0.1 }
[[item.reader]]
sd = 3.0
bias = 1.0
"""
    found = forecast(full(DVT), rates, 100)
    numeric = next(one for one in found.classes if one.id == "E").exams.value
    assert numeric is not None
    assert numeric > 0.3
    assert found.share >= numeric


def test_the_portal_charter_with_roles_by_chance() -> None:
    rates = """
minutes_per_case = 10
[[attribute]]
id = "ROLE"
segments = ["PV_MAIN"]
values = { central = 1.0 }
[[item]]
item = "PAT"
truth = { PATTERN }
[[item.reader]]
""".replace("PATTERN", _first_two(load_charter(full(PORTAL).encode())))
    assert 0 <= forecast(full(PORTAL), rates, 100).share <= 1


def test_several_answers_differ_by_the_share_of_errors() -> None:
    item = 'minutes_per_case = 5\n[[item]]\nitem = "WAND"\ntruth = { glatt = 1.0, NE = 0.1 }\n[[item.reader]]\n'
    found = forecast(full("odd"), f"{item}error = 0.3\nNE = 0.2\n", 100)
    assert found.agreement_of["WAND"].value is not None
    assert 0 < found.agreement_of["WAND"].value < 0.7
    assert forecast(full("odd"), item.replace(", NE = 0.1", ""), 100).agreement_of["WAND"].value == 1.0


def _first_two(charter: Charter) -> str:
    item = charter.item("PAT")
    assert isinstance(item, ChoiceItem)
    return f"{item.options[0].value} = 0.5, {item.options[1].value} = 0.5"


def test_the_example_of_the_manual_fits_its_charter() -> None:
    manual = resource("help", "manual.md").read_text(encoding="utf-8")
    example = manual.partition("--rates RATES.toml")[2].partition("```toml\n")[2].partition("```")[0]
    rates = read_rates(load_charter(full(DVT).encode()), example.encode())
    assert (rates.minutes_per_case, rates.planned_exams, len(rates.items)) == (6, 1200, 2)


# ---------------------------------------------------------------- W09


def test_w09_a_case_in_more_than_sixty_percent() -> None:
    many = told_apart(0.95)
    report = charter_check.check(a_charter_of(28).encode(), rates=many.encode(), exams=300)
    assert [fault.code for fault in report.faults if fault.code.startswith("W") and fault.code != "W11"] == ["W09"]
    assert report.ok
    few = charter_check.check(a_charter_of(3).encode(), rates=many.encode(), exams=300)
    assert "W09" not in [fault.code for fault in few.faults]
    assert few.forecast is not None
    assert too_many(few.forecast) is None


# ---------------------------------------------------------------- rates that do not fit


COMP = 'minutes_per_case = 6\n[[item]]\nitem = "COMP"\ntruth = { full = 1.0 }\n'


@pytest.mark.parametrize(
    ("rates", "path"),
    [
        ("minutes_per_case = \n", ""),
        ("", "minutes_per_case"),
        ('minutes_per_case = 6\n[[item]]\nitem = "COMPR"\ntruth = { full = 1.0 }\n', "item[0].item"),
        ('minutes_per_case = 6\n[[item]]\nitem = "COMP"\ntruth = { full = 0.5 }\n', "item[0].truth"),
        ('minutes_per_case = 6\n[[item]]\nitem = "COMP"\ntruth = { ful = 1.0 }\n', "item[0].truth.ful"),
        ('minutes_per_case = 6\n[[item]]\nitem = "QUAL"\ntruth = { NE = 1.0 }\n', "item[0].truth.NE"),
        ('minutes_per_case = 6\n[[item]]\nitem = "D_REST"\ntruth = { mean = 3 }\n', "item[0].truth"),
        ('minutes_per_case = 6\n[[item]]\nitem = "TXT"\ntruth = { x = 1.0 }\n', "item[0].item"),
        ('minutes_per_case = 6\nvisits = ["X"]\n[[item]]\nitem = "COMP"\ntruth = { full = 1.0 }\n', "visits"),
        (f"{COMP}[[item.reader]]\nfull = {{ full = 0.5 }}\n", "item[0].reader[0].full"),
        (f'{COMP}[[attribute]]\nid = "STUDY_LIMB"\nvalues = {{ up = 1.0 }}\n', "attribute[0](STUDY_LIMB).values"),
    ],
)  # fmt: skip
def test_rates_that_do_not_fit_are_refused_by_place(rates: str, path: str) -> None:
    with pytest.raises(RatesError) as refused:
        read_rates(load_charter(full(DVT).encode()), rates.encode())
    assert path in [fault.path for fault in refused.value.faults]


def test_every_fault_of_the_rates_is_told_at_once() -> None:
    rates = 'minutes_per_case = 6\nvisits = ["X"]\n[[item]]\nitem = "COMP"\ngroups = ["NO"]\ntruth = { full = 0.5 }\n'
    with pytest.raises(RatesError) as refused:
        read_rates(load_charter(full(DVT).encode()), rates.encode())
    assert [fault.path for fault in refused.value.faults] == ["visits", "item[0].groups", "item[0].truth"]


def test_readers_are_one_for_all_or_one_each() -> None:
    two = f"{F4}{MATRIX}"
    three = f'{two}[[item]]\nitem = "Q"\nvisits = ["V"]\ntruth = {{ full = 1.0 }}\n[[item.reader]]\n[[item.reader]]\n[[item.reader]]\n'
    loaded = load_charter(a_charter_of(1).encode())
    assert read_rates(loaded, two.encode()).readers == 2
    with pytest.raises(RatesError):
        read_rates(loaded, three.encode())
