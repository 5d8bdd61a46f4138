"""The codebook page: whole, self-contained, every link leads somewhere, and no word of a charter becomes markup."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from corelab.export import codebook_page
from corelab.export.charter.derivation_words import derivation_words
from corelab.export.codebook import codelists_for
from corelab.export.written import Written
from tests.charter_builders import DVT, PORTAL
from tests.exam_builders import changed
from tests.written_builders import written
from tests.written_packages import a_package

_VOID = {"meta", "br"}


class Page(HTMLParser):
    """What a browser would see: words, anchors, links, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.attributes |= set(given)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if "href" in given else []
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def of(package: Written) -> tuple[str, Page]:
    codebook_page.write(package, package.folder)
    text = (package.folder / "codebook" / "codebook.html").read_text(encoding="utf-8")
    return text, Page(text)


@pytest.mark.parametrize("name", [DVT, PORTAL, "odd"])
def test_everything_that_the_package_holds_is_explained(tmp_path: Path, name: str) -> None:
    package = a_package(tmp_path, name)
    _, page = of(package)
    charter = package.versions.main
    named = {column.codelist for table in package.tables for column in table.columns} | {one.export.testcd for one in charter.items}
    expected = [
        *(one.title for one in package.tables),
        *(f"{column.name} " for table in package.tables for column in table.columns),
        *(column.label for table in package.tables for column in table.columns),
        *(one.code for one in codelists_for(charter) if one.codelist in named),
        *(one.decode for one in codelists_for(charter) if one.codelist in named),
        *(words for one in charter.derivations for words in derivation_words(charter, one)),
        *(item.question for item in charter.items),
        "NA Not applicable", "NE Not evaluable", "NI Not imaged", charter.hash, "T003", "event 321", "a" * 64,
    ]  # fmt: skip
    flat = page.text
    assert [one for one in expected if " ".join(one.split()) not in flat] == []


def test_every_table_column_list_question_and_endpoint_has_an_anchor(tmp_path: Path) -> None:
    package = a_package(tmp_path)
    _, page = of(package)
    charter = package.versions.main
    expected = {
        *(f"table-{one.name}" for one in package.tables),
        *(f"column-{table.name}-{column.name}" for table in package.tables for column in table.columns),
        *(f"list-{column.codelist}" for table in package.tables for column in table.columns if column.codelist),
        *(f"item-{one.id}" for one in charter.items),
        *(f"rule-{one.id}" for one in charter.derivations),
    }
    assert expected - set(page.ids) == set()
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("name", [DVT, PORTAL, "odd"])
def test_every_link_leads_to_a_place_on_the_page(tmp_path: Path, name: str) -> None:
    _, page = of(a_package(tmp_path, name))
    assert [one for one in page.links if not one.startswith("#") or one[1:] not in page.ids] == []
    assert len(page.links) > 50


def test_it_needs_nothing_else_and_runs_nothing(tmp_path: Path) -> None:
    text, page = of(a_package(tmp_path))
    assert page.tags & {"script", "link", "img", "iframe", "object", "form"} == set()
    assert {one for one in page.attributes if one.startswith("on") or one in {"src", "style"}} == set()
    assert re.findall(r"https?:|url\(|@import|//[a-z]", text) == []


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "</style><b>", "a & b < c", "&lt;i&gt;"])
def test_words_of_a_charter_stay_words(tmp_path: Path, words: str) -> None:
    charter = changed(('name = "Common femoral vein"', f'name = "{words}"'))
    _, page = of(written(tmp_path, {}, charter=charter))
    assert words in page.text
    assert page.tags & {"script", "b"} <= {"b"}


def test_no_arm_is_named_and_a_test_is_marked_on_screen_and_on_paper(tmp_path: Path) -> None:
    package = a_package(tmp_path)
    text, page = of(package)
    assert [arm for arm in package.versions.main.blinding.guess_arms if arm.casefold() in page.text.casefold()] == []
    assert "TEST: made to try the transfer. Not for analysis." in page.text
    assert '@bottom-left { content: "DVT-LE T003 TEST, codebook"' in text


def test_a_package_for_analysis_has_no_mark(tmp_path: Path) -> None:
    _, page = of(a_package(tmp_path, kind="PROD"))
    assert "Not for analysis" not in page.text
    assert "for analysis; replaces no earlier one" in page.text
