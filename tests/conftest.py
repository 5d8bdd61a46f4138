"""What every test may rely on: an off-screen Qt, and a folder of its own for this person's settings."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ULTRASOUND = Path(__file__).parent.parent.parent / "shared" / "data" / "ultrasound"


@pytest.fixture(autouse=True)
def own_configuration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path_factory.mktemp("configuration")))


@pytest.fixture(scope="session")
def ultrasound() -> Path:
    """The folder of real, derived, semi-synthetic and damaged ultrasound files; the test skips where it is absent."""
    if not ULTRASOUND.is_dir():
        pytest.skip("the shared ultrasound files are not on this machine")
    return ULTRASOUND
