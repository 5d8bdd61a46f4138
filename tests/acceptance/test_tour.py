"""`corelab demo DIR --tour OUT` leaves a picture of every page at work, and a package that verifies."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from corelab.ui.pages import PAGES
from tests.acceptance.command_line import CommandLine
from tests.acceptance.window import Place

pytestmark = [pytest.mark.requirement("demo: the whole job can be looked at without a display")]

LARGEST_KB = 600


@pytest.fixture(scope="module")
def corelab(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    return CommandLine(Place(tmp_path_factory.mktemp("tour")))


@pytest.fixture(scope="module")
def toured(corelab: CommandLine) -> dict[str, Any]:
    """What the command answered."""
    folder = corelab.place.folder
    answered: dict[str, Any] = corelab.done("demo", folder / "lab", "--tour", folder / "out")
    return answered


def pictures(toured: dict[str, Any]) -> dict[str, Path]:
    return {Path(each).stem: Path(each) for each in toured["pictures"]}


def colours(picture: Path) -> NDArray[np.uint32]:
    """The different colours in it."""
    image = QImage(str(picture)).convertToFormat(QImage.Format.Format_RGB32)
    return np.unique(np.array(image.constBits(), np.uint8).view(np.uint32))


def test_the_command_says_where_everything_is(toured: dict[str, Any]) -> None:
    assert set(toured) == {"lab", "accounts", "pictures", "package"}
    assert (Path(toured["lab"]) / "corelab.db").is_file()
    assert {each["role"] for each in toured["accounts"]} == {"administrator", "coordinator", "reader", "adjudicator", "auditor"}
    assert all(len(each["password"]) >= 12 for each in toured["accounts"])


def test_every_registered_page_has_its_picture(toured: dict[str, Any]) -> None:
    beyond = {"sign_in", "records", "history", "safety", "charter", "adjudication_measure", "curve", "pair"}
    assert {entry.name for entry in PAGES} | beyond == set(pictures(toured))
    assert all(each.is_file() for each in pictures(toured).values())


def test_each_picture_is_a_full_window_with_something_on_it(toured: dict[str, Any]) -> None:
    for name, picture in pictures(toured).items():
        assert struct.unpack(">II", picture.read_bytes()[16:24]) == (1600, 1000), name
        assert len(colours(picture)) > 40, name
        assert picture.stat().st_size < LARGEST_KB * 1024, name


def test_no_two_pictures_are_the_same(toured: dict[str, Any]) -> None:
    seen = {picture.read_bytes() for picture in pictures(toured).values()}
    assert len(seen) == len(pictures(toured))


def test_the_walk_did_the_work(corelab: CommandLine, toured: dict[str, Any]) -> None:
    """What was to be checked and decided when the demo lab was new, is: nothing waits but readings."""
    passwords = {each["user"]: each["password"] for each in toured["accounts"]}
    states = corelab.done("status", toured["lab"], user="coordinator-1", password=passwords["coordinator-1"])["states"]
    assert {state: count for state, count in states.items() if count} == {"assigned": 2, "final": 3}


def test_the_package_of_the_walk_verifies(corelab: CommandLine, toured: dict[str, Any]) -> None:
    assert Path(toured["package"]).name.endswith("_DEMO")
    assert corelab.done("verify", toured["package"])["ok"] is True


def test_the_demo_is_not_the_last_lab_that_somebody_worked_in(corelab: CommandLine, toured: dict[str, Any]) -> None:
    settings = corelab.place.folder / "settings" / "settings.toml"
    assert not settings.exists() or toured["lab"] not in settings.read_text(encoding="utf-8")
