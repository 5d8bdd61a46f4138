"""Two published tools with their own default settings, run over the same files: what they leave."""

import contextlib
import io
import warnings
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import pydicom
from dicognito.anonymizer import Anonymizer
from dicomanonymizer.simpledicomanonymizer import (  # type: ignore[import-untyped]
    anonymize_dataset,
    initialize_actions_2024b,
)

from tests.acceptance.intake.objects import as_sites_write

Tool = Callable[[Path, Path], None]


def _dicom_anonymizer(source: Path, output: Path) -> None:
    """Its rules are those of the table, edition 2024b; private elements go."""
    found = pydicom.dcmread(source)
    anonymize_dataset(found, delete_private_tags=True, base_rules_gen=initialize_actions_2024b)
    found.save_as(output)


def _dicognito(source: Path, output: Path) -> None:
    found = pydicom.dcmread(source)
    Anonymizer(seed="cases of intake").anonymize(found)
    found.save_as(output)


TOOLS: Mapping[str, Tool] = {
    f"dicom-anonymizer {version('dicom-anonymizer')}": _dicom_anonymizer,
    f"dicognito {version('dicognito')}": _dicognito,
}


def ran(tool: Tool, source: Path, output: Path) -> bool:
    """Whether the tool made an output; many hostile files it cannot read."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings(), as_sites_write():
        warnings.simplefilter("ignore")
        try:
            tool(source, output)
        except Exception:  # noqa: BLE001 - whatever a tool of others raises, it made nothing
            output.unlink(missing_ok=True)
            return False
    return True
