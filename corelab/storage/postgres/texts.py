"""The SQL that stands in files beside these modules: statements parted by lines of two dashes."""

from pathlib import Path


def statements_in(name: str) -> tuple[str, ...]:
    """The statements of ``name``.sql, in their order."""
    text = Path(__file__).with_name(f"{name}.sql").read_text("utf-8")
    return tuple(each.strip() for each in text.split("\n--\n"))
