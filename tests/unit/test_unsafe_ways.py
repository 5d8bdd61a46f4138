"""What would let a file or a text run as a program stands nowhere in the product: unsafe loaders, shells, SQL made from values."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LOADERS = {"pickle", "marshal", "shelve", "dill", "joblib", "yaml", "ruamel", "cPickle", "xmlrpc"}
"""Modules that can run what they read."""
XML = {"xml", "lxml", "defusedxml"}
"""No XML comes from outside. In export it is written, and our own files are read: without entities and without the network."""
SAFELY = {("no_network", True), ("resolve_entities", False)}
CALLS = {"eval", "exec", "compile", "__import__"}


def sources() -> list[Path]:
    return sorted((ROOT / "corelab").rglob("*.py"))


def faults(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"import {each.name}" for each in node.names if each.name.partition(".")[0] in LOADERS | XML)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in LOADERS | XML:
            yield f"from {node.module}"
        if isinstance(node, ast.Call):
            yield from _of_call(node)


def _of_call(node: ast.Call) -> Iterator[str]:
    if isinstance(node.func, ast.Name) and node.func.id in CALLS:
        yield f"{node.func.id}()"
    said = {(each.arg, each.value.value) for each in node.keywords if isinstance(each.value, ast.Constant)}
    called = ast.unparse(node.func).rpartition(".")[2]
    if called in {"XMLParser", "iterparse"} and not said >= SAFELY:
        yield "XML with entities or from the network"
    if ast.unparse(node.func) in {"etree.parse", "etree.fromstring", "etree.XML"} and len(node.args) < 2:
        yield "XML without a parser of our own"
    on = {each.arg for each in node.keywords if isinstance(each.value, ast.Constant) and each.value.value}
    if ast.unparse(node.func) in {"os.system", "os.popen"} or "shell" in on:
        yield "a shell"
    if "allow_pickle" in on:
        yield "numpy with pickle"


@pytest.mark.parametrize("source", sources(), ids=lambda each: each.relative_to(ROOT).as_posix())
def test_p11_73_no_module_reads_through_an_unsafe_loader(source: Path) -> None:
    found = set(faults(ast.parse(source.read_text(encoding="utf-8"))))
    written = {"import xml", "from xml", "import lxml", "from lxml"} if "export" in source.parts else set()
    assert {each for each in found if each.split(".")[0] not in written} == set()


UNSAFE = (
    "import pickle",
    "from yaml import load",
    "eval('1')",
    "run(x, shell=True)",
    "os.system(x)",
    "load(x, allow_pickle=True)",
    "import xml.sax",
    "etree.XMLParser(no_network=True)",
    "etree.iterparse(path, resolve_entities=False)",
    "etree.parse(path)",
)


@pytest.mark.parametrize("code", UNSAFE)
def test_each_unsafe_way_would_be_found(code: str) -> None:
    assert list(faults(ast.parse(code)))


def test_p11_73_yaml_and_pickle_tools_are_no_dependency() -> None:
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert not [each for each in needed if any(name in each.casefold() for name in ("yaml", "dill", "joblib"))]


def test_p11_74_the_lint_rule_finds_no_sql_from_values() -> None:
    """Where SQL is put together, it is from names of our own tables, and each such line says so."""
    options = ("--isolated", "--select", "S608", "--line-length", "140")
    ran = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *options, "corelab"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout
    excused = [line for source in sources() for line in source.read_text(encoding="utf-8").splitlines() if "noqa: S608" in line]
    assert [line for line in excused if not re.search(r"# (ruff: )?noqa: S608 - .*(names?|table|column)", line)] == []


def test_the_lint_rule_would_find_it(tmp_path: Path) -> None:
    (tmp_path / "made.py").write_text('def found(name):\n    return run(f"SELECT * FROM event WHERE actor = {name}")\n')
    options = ("--isolated", "--select", "S608")
    ran = subprocess.run([sys.executable, "-m", "ruff", "check", *options, str(tmp_path)], capture_output=True, check=False)
    assert ran.returncode == 1
