"""The texts of queries: templates that ship with the program, filled with codes only."""

import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from corelab.domain.queries import QueryKind
from corelab.resources import resource


@dataclass(frozen=True, slots=True)
class Template:
    """A title, and lines with facts in braces; a line whose facts are not all known is left out."""

    title: str
    lines: tuple[str, ...]


@cache
def templates() -> tuple[Mapping[QueryKind, Template], tuple[str, ...]]:
    """The template of every kind, and the lines that say what a query is about."""
    found = tomllib.loads(resource("queries", "texts.toml").read_text(encoding="utf-8"))
    kinds = {kind: Template(found[kind.value]["title"], tuple(found[kind.value]["lines"])) for kind in QueryKind}
    return MappingProxyType(kinds), tuple(found["about"]["lines"])


def title_of(kind: QueryKind) -> str:
    """What a query of this kind is about, in a line."""
    return templates()[0][kind].title


def text_of(kind: QueryKind, facts: Mapping[str, str]) -> str:
    """The whole text: the title, what it is about, and what the site is asked."""
    by_kind, about = templates()
    template = by_kind[kind]
    return "\n".join((template.title, *_filled(about, facts), *_filled(template.lines, facts)))


def _filled(lines: Sequence[str], facts: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(line.format_map(facts) for line in lines if names_in(line) <= facts.keys())


def names_in(line: str) -> frozenset[str]:
    """The facts that a line asks for."""
    return frozenset(name for _text, name, _form, _conversion in string.Formatter().parse(line) if name)


@cache
def closed_words() -> str:
    """What stands as answer or reason where the segment that was asked for was closed as not imaged."""
    return str(tomllib.loads(resource("queries", "texts.toml").read_text(encoding="utf-8"))["closed"]["words"])


@cache
def met_words() -> str:
    """What stands as answer or reason where a later delivery brought what was asked for."""
    return str(tomllib.loads(resource("queries", "texts.toml").read_text(encoding="utf-8"))["met"]["words"])
