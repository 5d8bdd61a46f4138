"""Agreement as a part of a package: the same figures as programs and people read them, and nothing else."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from corelab.domain.charter import Charter, load_charter
from corelab.domain.monitoring.cases import by_signing
from corelab.domain.monitoring.report import report
from corelab.export import agreement
from corelab.export.agreement.document import document
from corelab.export.agreement.observed import observed
from corelab.export.agreement.page import page
from corelab.export.agreement.plots import bland_altman, p_chart
from corelab.export.written import Written
from tests.charter_builders import DVT, PORTAL
from tests.monitored import watched_charter
from tests.unit.test_monitoring import a_pair, seen
from tests.written_packages import a_package

CHARTERS = (DVT, PORTAL, "odd")


@pytest.fixture(scope="module", params=CHARTERS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Written, Path]:
    folder = tmp_path_factory.mktemp("agreement")
    package = a_package(folder, request.param, kind="DEMO")
    agreement.write(package, folder)
    return package, folder / "qc"


def figures(folder: Path) -> Any:
    return json.loads((folder / "agreement.json").read_text("utf-8"))


def test_the_figures_are_those_of_the_command(made: tuple[Written, Path]) -> None:
    package, folder = made
    assert figures(folder) == json.loads(json.dumps(document(report(observed(package)))))
    assert figures(folder)["compared"] > 0


def test_the_seed_stands_beside_the_figures(made: tuple[Written, Path]) -> None:
    package, folder = made
    monitoring = package.versions.main.monitoring
    told = figures(folder)["bootstrap"]
    assert (told["seed"], told["repetitions"]) == (monitoring.bootstrap_seed, monitoring.bootstrap_reps)
    assert f"seed {monitoring.bootstrap_seed}" in (folder / "agreement.html").read_text("utf-8")


def test_the_page_needs_nothing_else_and_runs_nothing(made: tuple[Written, Path]) -> None:
    text = (made[1] / "agreement.html").read_text("utf-8")
    assert not re.search(r"https?:|<script|<link|<img|<iframe|@import|url\(|\bon\w+=", text)


def test_what_cannot_be_estimated_is_said_with_its_reason(made: tuple[Written, Path]) -> None:
    """Two subjects are too few for any interval."""
    for name in ("agreement.html", "agreement.json"):
        text = (made[1] / name).read_text("utf-8")
        assert not re.search(r"\b(nan|inf|infinity)\b", text, re.IGNORECASE)
        assert "not estimable: fewer than 10 subjects" in text


def test_a_long_reason_breaks_within_its_column(made: tuple[Written, Path]) -> None:
    """Only short figures are kept on one line: a reason would lie on the figure beside it."""
    text = (made[1] / "agreement.html").read_text("utf-8")
    assert "<small>not estimable" not in text
    assert '</b> <small class="why">interval not estimable' in text


def test_no_arm_of_the_trial_stands_in_it(made: tuple[Written, Path]) -> None:
    package, folder = made
    for arm in package.versions.main.blinding.guess_arms:
        for name in ("agreement.html", "agreement.json"):
            assert arm.casefold() not in (folder / name).read_text("utf-8").casefold()


def test_the_page_is_well_formed_and_says_what_it_is(made: tuple[Written, Path]) -> None:
    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, _attrs: object) -> None:
            if tag not in {"meta", "line", "circle", "rect", "polyline"}:
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            if tag not in {"meta", "line", "circle", "rect", "polyline"}:
                assert self.open.pop() == tag

    text = (made[1] / "agreement.html").read_text("utf-8")
    tags = Tags()
    tags.feed(text)
    assert not tags.open
    assert '<div class="across" aria-hidden="true">DEMO</div>' in text
    assert "transfer T003" in text


def test_the_page_shows_the_figures_of_the_file(made: tuple[Written, Path]) -> None:
    text = (made[1] / "agreement.html").read_text("utf-8")
    for item in figures(made[1])["between_readers"]["graded"]:
        percent = item["without_ne"]["percent_agreement"]
        if percent is not None:
            assert f"<b>{100 * percent:.1f}</b>" in text
    share = figures(made[1])["adjudication_rate"]["share"]
    assert f"<b>{100 * share:.1f} %</b>" in text


def test_the_same_tables_give_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    a_package(tmp_path)
    code = (
        "import sys; from pathlib import Path; from corelab.export import agreement; from tests.written_packages import a_package; "
        "folder = Path(sys.argv[1]); agreement.write(a_package(folder), folder)"
    )
    found = []
    for seed in ("1", "77"):
        told = {"PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LC_ALL": "C", "PATH": ""}
        subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=told, check=True, cwd=Path(__file__).parents[2])
        found.append([path.read_bytes() for path in sorted((tmp_path / "qc").iterdir())])
    assert found[0] == found[1]


def test_a_package_of_record_is_not_marked(tmp_path: Path) -> None:
    package = a_package(tmp_path)
    text = page(report(observed(package)), {**package.facts, "kind": "PROD"})
    assert 'class="across"' not in text
    assert "not for analysis" not in text


def test_a_package_without_two_readings_says_so(tmp_path: Path) -> None:
    package = a_package(tmp_path)
    none = replace(observed(package), compared=(), reads=())
    assert "No exam of this package has two signed readings." in page(report(none), package.facts)


# ---------------------------------------------------------------- the chart of cases


@pytest.fixture(scope="module")
def charter() -> Charter:
    return load_charter(watched_charter())


def test_exams_are_charted_in_the_order_in_which_their_second_reading_was_signed(charter: Charter) -> None:
    least = charter.monitoring.p_chart_batch_min
    pairs = []
    for n in range(2 * least + 1):
        one = a_pair({"COMP.CFV": "full"}, {"COMP.CFV": "none"}, subject=f"S{n:03}", classes={"COMP.CFV": "A"} if n < 3 else {})
        late = one.two.signed_at + timedelta(hours=n)
        pairs.append(replace(one, two=replace(one.two, signed_at=late)))
    found = by_signing(seen(charter, *reversed(pairs)))
    assert [one.charted.batch.name for one in found] == [
        f"1 to {least}",
        f"{least + 1} to {2 * least}",
        f"{2 * least + 1} to {2 * least + 1}",
    ]
    assert [(one.charted.batch.cases, one.charted.batch.exams) for one in found] == [(3, least), (0, least), (0, 1)]
    assert [exam.subject for exam in found[0].with_case] == ["S000", "S001", "S002"]
    assert [one.charted.limits is not None for one in found] == [False, True, False]
    drawn = p_chart(found)
    assert drawn.count('class="dot"') + drawn.count('class="signal"') == 3
    assert drawn.count('class="limit"') == 2


def test_nothing_compared_charts_nothing(charter: Charter) -> None:
    assert by_signing(seen(charter)) == ()


def test_points_that_lie_on_each_other_are_one_larger_point_that_says_how_many(made: tuple[Written, Path]) -> None:
    package, _ = made
    found = report(observed(package)).agreement[0]
    item = next((one for one in found.measured if one.points), None)
    if item is None:
        pytest.skip("this charter watches no measured item that both measured")
    twice = replace(item, points=(*item.points[:1], *item.points[:1]))
    assert bland_altman(twice).count("<circle") == 1
    assert "<title>2</title>" in bland_altman(twice)
