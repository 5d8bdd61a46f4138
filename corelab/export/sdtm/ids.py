"""The ids by which Define-XML and Dataset-JSON name the same study, datasets and variables."""

from collections.abc import Mapping
from typing import Any

from corelab.export.sdtm.variables import Dataset, Variable

FOLDER = "sdtm"


def study_oid(facts: Mapping[str, Any]) -> str:
    return f"STUDY.{facts['trial']}"


def metadata_oid(facts: Mapping[str, Any]) -> str:
    return f"MDV.{facts['trial']}.{facts['specification']}"


def dataset_oid(dataset: Dataset) -> str:
    return f"IG.{dataset.name}"


def variable_oid(dataset: Dataset, variable: Variable) -> str:
    return f"IT.{dataset.name}.{variable.name}"


def value_oid(dataset: Dataset, variable: Variable, value: Variable) -> str:
    """Of what a variable is for one test or qualifier."""
    return f"{variable_oid(dataset, variable)}.{value.name}"


def list_oid(codelist: str) -> str:
    return f"CL.{codelist}"
