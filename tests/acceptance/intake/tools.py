"""Two published tools with their own default settings, run over the same files: what they leave."""

import contextlib
import io
import os
import resource
import warnings
from collections.abc import Callable, Mapping
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import pydicom
from dicognito.anonymizer import Anonymizer
from dicomanonymizer.simpledicomanonymizer import (  # type: ignore[import-untyped]
    anonymize_dataset,
    initialize_actions_2024b,
)

from tests.acceptance.intake.objects import as_sites_write

_MEMORY, _SECONDS = 4 << 30, 60.0

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
    """Whether the tool made an output: many hostile files it cannot read, and some would take all memory of the machine."""
    child = get_context("fork").Process(target=_limited, args=(tool, source, output))
    child.start()
    child.join(_SECONDS)
    child.kill()
    child.join()
    if child.exitcode != 0:
        output.unlink(missing_ok=True)
    return child.exitcode == 0


def _limited(tool: Tool, source: Path, output: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings(), as_sites_write():
        warnings.simplefilter("ignore")
        try:
            tool(source, output)
        except BaseException:  # noqa: BLE001 - whatever a tool of others raises, it made nothing
            os._exit(1)
    os._exit(0)
