"""Since when a column stands in packages, in the dictionary and in the specification to sign."""

from corelab.export.codebook import DICTIONARY_HEADER, dictionary_rows
from corelab.export.columns import Column, Table


def test_a_column_of_a_later_specification_says_so_where_numbers_grow_a_digit() -> None:
    table = Table("t", "A table", (Column("OLD", "Old"), Column("NEW", "New", since="1.10.0")), since="1.4.0")
    since = DICTIONARY_HEADER.index("SINCE")
    assert [row[since] for row in dictionary_rows((table,), "PROD")] == ["1.4.0", "1.10.0"]
