"""A reading type with one reader: nothing is compared, and every result is a reference result from the one reading."""

from collections.abc import Mapping

from corelab.domain.result import Result
from corelab.domain.vocabulary import Cell, Grade, Source

NO_READING = ""
"""Stands where the grade of a second reading would."""


def results_of_one(grades: Mapping[Cell, Grade]) -> tuple[Result, ...]:
    """In the order of the grades."""
    return tuple(Result(cell, grade, Source.REFERENCE, grade.code, NO_READING) for cell, grade in grades.items())
