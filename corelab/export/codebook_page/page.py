"""The frame of the codebook: head, table of contents, sections, foot."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from corelab.export.codebook import codelists_for
from corelab.export.codebook_page.markup import Html, anchor, html, joined, link, tag
from corelab.export.codebook_page.reading import facts_section, missing_section, reading_section
from corelab.export.codebook_page.rules import derivation_section, question_section
from corelab.export.codebook_page.tables import codes_section, tables_section
from corelab.export.datapackage import lists_of
from corelab.export.transfer_words import MARKS
from corelab.export.written import Written
from corelab.resources import resource

_LEAD: Final = (
    "What every table, column and code of this transfer means, how grades came about, and how endpoints follow from them. "
    "It describes the files in data/ beside it."
)


@dataclass(frozen=True, slots=True)
class Section:
    """``parts``: what stands under it in the table of contents, as (anchor, name)."""

    anchor: str
    title: str
    body: Html
    parts: tuple[tuple[str, str], ...] = ()


def page(package: Written) -> str:
    sections = tuple(_sections(package))
    facts = package.facts
    title = f"Codebook, trial {facts['trial']}, transfer {facts['transfer']}"
    foot = f"{facts['trial']} {facts['transfer']} {facts['kind']}, as of event {facts['cutoff']['seq']}, {facts['cutoff']['head']}"
    css = resource("codebook", "codebook.css").read_text(encoding="utf-8") + _on_every_page(foot.partition(",")[0])
    content = tag("div", _contents(package, sections), _main(package, sections, foot), class_="page")
    skip = tag("a", "To the content", href="#content", class_="skip")
    head = f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{html(title)}</title>'
    body = f"<body>\n{skip}{content}\n</body>"
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n<style>\n{css}</style>\n</head>\n{body}\n</html>\n'


def _on_every_page(words: str) -> str:
    """What stands below every printed page, in a text of CSS."""
    safe = "".join(one if one.isalnum() or one in " -." else f"\\{ord(one):X} " for one in words)
    return f'@page {{ @bottom-left {{ content: "{safe}, codebook"; font: 8pt Arial, sans-serif; color: #85919b; }} }}\n'


def _sections(package: Written) -> Iterator[Section]:
    charter = package.versions.main
    lists = lists_of(codelists_for(*package.versions.all))
    named = {column.codelist for table in package.tables for column in table.columns}
    tables = tuple((anchor("table", one.name), one.path.removeprefix("data/")) for one in package.tables)
    shown = {name: codes for name, codes in lists.items() if name in named or name in {item.export.testcd for item in charter.items}}
    codes = tuple((anchor("list", name), name) for name in shown)
    rules = tuple((anchor("rule", one.id), one.id) for one in charter.derivations)
    yield Section("transfer", "This transfer", facts_section(package))
    yield Section("reading", "How to read it", reading_section(package))
    yield Section("missing", "Three kinds of missing", missing_section(package))
    yield Section("questions", "What was asked", question_section(package, shown))
    yield Section("tables", "Tables", tables_section(package, shown), tables)
    yield Section("codes", "Code lists", codes_section(package, shown), codes)
    yield Section("derivations", "Derived endpoints", derivation_section(package), rules)


def _contents(package: Written, sections: tuple[Section, ...]) -> Html:
    facts = package.facts
    pieces = [tag("p", f"Codebook {facts['trial']}", class_="name"), tag("p", f"Transfer {facts['transfer']}", class_="of")]
    plain = [one for one in sections if not one.parts]
    pieces.append(tag("ul", *(tag("li", link(one.anchor, one.title)) for one in plain)))
    for one in sections:
        if one.parts:
            pieces += [tag("h2", link(one.anchor, one.title)), tag("ul", *(tag("li", link(to, name)) for to, name in one.parts))]
    return tag("nav", tag("div", *pieces, class_="inside"), aria_label="Contents")


def _main(package: Written, sections: tuple[Section, ...], foot: str) -> Html:
    mark = MARKS.get(package.facts["kind"])
    head = (
        *([tag("div", mark, class_="badge")] if mark else []),
        tag("h1", f"{package.facts['trial']}, transfer {package.facts['transfer']}"),
        tag("p", package.versions.main.title, Html(".<br>"), _LEAD, class_="lead"),
    )
    parts = joined((tag("section", tag("h2", one.title, id_=one.anchor), one.body) for one in sections), "\n")
    return tag("main", *head, parts, tag("footer", foot), id_="content")
