"""Cases that do not hold yet, with what is missing in words for the table: none."""

from collections.abc import Mapping

OPEN: Mapping[str, str] = {}
