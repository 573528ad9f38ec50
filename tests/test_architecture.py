"""
The shape of the package, kept true by machine: which module may import which, and what stays optional.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from inspect import ismodule
from pathlib import Path

import pytest

import govit_rules

SOURCE = Path(govit_rules.__file__).parent
ROOT = Path(__file__).parent.parent

# A module imports only from those named before it.
LAYERS = [
    "errors",
    "values",
    "facts",
    "project",
    "conditions",
    "grammar",
    "sources",
    "articles",
    "packs",
    "entries",
    "lifecycle_reader",
    "pack_reader",
    "pack_cache",
    "library",
    "diagram",
    "judge",
    "classifier",
    "explain",
    "path",
    "decision",
    "evaluate",
    "events",
    "chronicle",
    "machine",
    "durable_engine",
    "deduction",
    "deadlines",
    "lifecycle",
    "comparison",
    "coverage",
    "schemas",
    "pages",
    "formats",
    "handbook",
    "amendment",
    "effect",
    "amendment_text",
    "starter",
    "event_log",
    "log_verification",
    "track_text",
    "track_export",
    "cli",
]
# The same within the command line, a package of its own.
CLI_LAYERS = [
    "terminal",
    "options",
    "files",
    "inputs",
    "records",
    "judging",
    "listing",
    "packs",
    "proving",
    "publishing",
    "tracking",
    "__init__",
]
# Imported inside a function only, so that the one above is not needed to start: (module, what it calls later).
LATE = {("judge", "classifier"), ("evaluate", "deduction"), ("evaluate", "durable_engine")}
OPTIONAL = {"durable", "hypothesis", "pytest", "yaml", "holidays", "click"}


def imports_of(module: str) -> set[str]:
    """
    The modules of this package that one of them imports when it runs; imports for types alone do not count. What any
    module of the command line imports, the command line does.
    """
    if module == "cli":
        inner = set().union(*(imports_of(f"cli/{part}") for part in CLI_LAYERS))
        return {name for name in inner if name.partition(".")[0] != "cli"}
    tree = ast.parse((SOURCE / f"{module}.py").read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in typing_only and node.module:
            package, _, name = node.module.partition(".")
            if package == "govit_rules" and name:
                found.add(name)
    return found


@pytest.mark.parametrize("module", LAYERS)
def test_imports_point_up_the_list(module: str) -> None:
    """
    No module imports one that stands after it in LAYERS, but for the late calls that LATE names; and none but the
    command line imports `testing`, which may import any but the command line.
    """
    late = {name for source, name in LATE if source == module}
    kit = {name for name in imports_of(module) if name.partition(".")[0] == "testing"} if module == "cli" else set()

    assert imports_of(module) - kit <= set(LAYERS[: LAYERS.index(module)]) | late


@pytest.mark.parametrize("module", CLI_LAYERS)
def test_imports_in_the_command_line_point_up_its_list(module: str) -> None:
    """
    No module of the command line imports one that stands after it in CLI_LAYERS, nor the package as a whole.
    """
    inner = {name for name in imports_of(f"cli/{module}") if name.partition(".")[0] == "cli"}

    assert inner <= {f"cli.{name}" for name in CLI_LAYERS[: CLI_LAYERS.index(module)]}


@pytest.mark.parametrize("module", sorted(path.stem for path in (SOURCE / "testing").glob("*.py")))
def test_the_kit_does_not_import_the_command_line(module: str) -> None:
    """
    No module of `testing` imports the command line, which imports them.
    """
    assert "cli" not in {name.partition(".")[0] for name in imports_of(f"testing/{module}")}


def test_every_module_has_a_place() -> None:
    """
    LAYERS and CLI_LAYERS name every module there is, so a new one has to be placed before it can land.
    """
    modules = [path.stem for path in SOURCE.glob("*.py") if not path.stem.startswith("__")]

    assert sorted(LAYERS) == sorted([*modules, "cli"])
    assert sorted(CLI_LAYERS) == sorted(path.stem for path in (SOURCE / "cli").glob("*.py"))


def test_importing_the_package_is_light() -> None:
    """
    `import govit_rules` pulls in nothing that only some uses need.
    """
    code = "import sys, govit_rules; print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert OPTIONAL.isdisjoint(run.stdout.split())


def test_public_names_are_listed_once() -> None:
    """
    `__all__` is sorted, and names just what the package exports.
    """
    exported = [
        name
        for name, value in vars(govit_rules).items()
        if name[0] != "_" and not ismodule(value) and name != "annotations"
    ]

    assert sorted(exported) == govit_rules.__all__


def test_no_city_is_named_in_the_source() -> None:
    """
    The pack, not the Python, knows the law: no city's name stands in a module, docstrings' examples aside.
    """
    cities = [name for head in govit_rules.cities() for name in (head["zh"].removesuffix("市"), head["division_code"])]
    found = [
        (path.name, name)
        for path in SOURCE.rglob("*.py")
        for name in cities
        if name in path.read_text(encoding="utf-8")
    ]

    assert found == []


def test_only_the_command_line_reads_the_clock() -> None:
    """
    No module but the command line asks for the time or the day.
    """
    clocks = ("date.today", "datetime.now", "time.time", "datetime.utcnow")
    found = [
        (path.name, clock)
        for path in SOURCE.rglob("*.py")
        if path.parent != SOURCE / "cli"
        for clock in clocks
        if clock in path.read_text(encoding="utf-8")
    ]

    assert found == []


def test_text_is_never_evaluated() -> None:
    """
    Only the classifier runs code it made, and nothing evaluates text.
    """
    calls = [
        (path.stem, node.func.id)
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec")
    ]

    assert calls == [("classifier", "exec")]
