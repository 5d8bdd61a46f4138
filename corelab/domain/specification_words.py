"""What differs in the specification of a package, one sentence each: for CHANGES.md, the window and the command line."""

from collections.abc import Mapping
from types import MappingProxyType

from corelab.domain.specification import Change, Difference

_WORDS: Mapping[Change, str] = MappingProxyType(
    {
        Change.FILE_ADDED: "New file: data/{where}.csv. Its rows are not listed in changes.csv.",
        Change.COLUMN_ADDED: "New column: {where} ({new}). Its values are not listed in changes.csv.",
        Change.CODE_ADDED: "New code: {where}, which means {new}.",
        Change.WORDS: "Other words: {where} was called {old}, and is called {new}.",
        Change.LENGTH: "Other length: {where} was {old}, and is {new}.",
        Change.FILE_REMOVED: "Removed file: data/{where}.csv.",
        Change.COLUMN_REMOVED: "Removed column: {where} ({old}).",
        Change.KIND: "Other type: {where} was {old}, and is {new}.",
        Change.KEY: "Other key: {where} was {old}, and is {new}. The rows of this file were not compared.",
        Change.CODE_LIST: "Other code list: {where} had {old_list}, and has {new_list}.",
        Change.CODE_REMOVED: "Removed code: {where}, which meant {old}.",
        Change.REUSED: "Name used again: {where} meant {old}, and means {new}.",
    }
)


def change_words(one: Difference) -> str:
    """One difference of the specification as a sentence."""
    lists = {"old_list": one.old or "none", "new_list": one.new or "none"}
    return _WORDS[one.change].format(where=one.where, old=one.old, new=one.new, **lists)
