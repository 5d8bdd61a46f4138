"""A phantom on disk, as the command line asks for it."""

import json
from pathlib import Path

import pydicom
import pytest

from corelab.services.phantoms import Options, PhantomKindError, SyntaxUnsupportedError, write_phantom


def test_a_phantom_is_written_with_its_truth_beside_it(tmp_path: Path) -> None:
    clip, truth = tmp_path / "Vene übung.dcm", tmp_path / "truth.json"
    answer = write_phantom(clip, "noncompressible", 7, Options(layout="compact"), truth=truth)
    assert set(answer) == {"kind", "point", "frames", "residual_ap_percent"}
    assert answer["kind"] == "noncompressible"
    assert set(answer["frames"][0]) == {"frame", "ap_mm", "area_mm2"}
    assert 80 <= answer["residual_ap_percent"] <= 100
    header = pydicom.dcmread(clip, stop_before_pixels=True)
    assert int(header.NumberOfFrames) == len(answer["frames"]) == 60
    written = json.loads(truth.read_text(encoding="utf-8"))
    assert {key: written[key] for key in answer} == answer
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([clip.name, truth.name])


def test_nothing_is_written_for_a_kind_or_syntax_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(PhantomKindError):
        write_phantom(tmp_path / "a.dcm", "lung", 1)
    with pytest.raises(SyntaxUnsupportedError):
        write_phantom(tmp_path / "a.dcm", "stent", 1, Options(syntax="1.2.840.10008.1.2.4.102"))
    assert not list(tmp_path.iterdir())
