"""
The wheel: built from the checkout and installed apart, it has all that it needs and no more.

Needs no network: the build tools are in the developers' extra.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from govit_rules.library import shipped_packs

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
CITY = min(shipped_packs())
STARTER = {f"govit_rules/starter/{name}" for name in ("pack.yaml", "base.yaml", "first.yaml", "example.json")}


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """
    Run Python, with what it says on failure.
    """
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    The wheel of this checkout.
    """
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT), cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A folder in which the wheel is installed, without its dependencies.
    """
    site = tmp_path_factory.mktemp("site")
    run("-m", "pip", "install", "--no-deps", "--no-index", "--quiet", "--target", str(site), str(wheel), cwd=site)
    return site


def ask(site: Path, code: str, tmp_path: Path) -> Any:
    """
    What a program prints, as JSON, that runs outside the checkout and imports the package of a folder.
    """
    program = f"import json, govit_rules\nprint(json.dumps({code}))"
    done = run("-c", program, cwd=tmp_path, PYTHONPATH=str(site), GOVIT_RULES_CACHE="off")
    return json.loads(done.stdout)


def test_the_installed_package_is_the_one_asked(installed: Path, tmp_path: Path) -> None:
    """
    What is imported outside the checkout is the wheel, not the checkout.
    """
    assert Path(ask(installed, "govit_rules.__file__", tmp_path)).parent == installed / "govit_rules"


def test_every_pack_is_in_the_wheel(wheel: Path) -> None:
    """
    The packs of the wheel are, byte by byte, those of the checkout.
    """
    with zipfile.ZipFile(wheel) as archive:
        names = [Path(name) for name in archive.namelist()]
        packs = {name.stem: archive.read(name.as_posix()) for name in names if name.parent.name == "rules"}

    assert packs == {city: path.read_bytes() for city, path in shipped_packs().items()}


def test_every_module_is_in_the_wheel_and_nothing_else(wheel: Path) -> None:
    """
    The wheel has all modules, packs and their properties, what a new city starts from, the mark that they are typed,
    the licence and the metadata; no tests and no caches.
    """
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    modules = {
        f"govit_rules/{path.relative_to(ROOT / 'src' / 'govit_rules').as_posix()}"
        for path in (ROOT / "src" / "govit_rules").rglob("*.py")
    }
    packs = {f"govit_rules/rules/{part}{city}.yaml" for city in shipped_packs() for part in ("", "properties/")}
    rest = names - modules - packs
    assert modules <= names
    assert {name for name in rest if ".dist-info/" not in name} == {"govit_rules/py.typed", *STARTER}
    assert any(name.endswith("/licenses/LICENSE") for name in rest)


def test_the_packs_are_found_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    """
    From a folder that has nothing to do with the checkout all cities are found and their packs load.
    """
    cities = ask(installed, "[head['city'] for head in govit_rules.cities()]", tmp_path)
    rules = ask(
        installed,
        "{head['city']: len(govit_rules.load_pack(head['zh']).rules) for head in govit_rules.cities()}",
        tmp_path,
    )

    assert cities == sorted(shipped_packs())
    assert all(rules[city] for city in cities)


def test_a_check_runs_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    """
    A project is judged by the installed package as by the checkout.
    """
    code = (
        f"json.loads(govit_rules.evaluate(govit_rules.Project(classified=False), govit_rules.load_pack({CITY!r}), "
        "as_of=__import__('datetime').date(2026, 11, 21)).model_dump_json())"
    )

    there = ask(installed, code, tmp_path)

    assert there["findings"]
    assert there == ask(ROOT / "src", code, tmp_path)


def test_the_command_runs_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    """
    The installed command checks a project file.
    """
    project = tmp_path / "project.json"
    project.write_text(json.dumps({"name": "样例", "classified": True, "city": CITY}), encoding="utf-8")
    command = "import sys; from govit_rules.cli import main; sys.exit(main())"
    arguments = ["check", str(project), "--as-of", "2026-11-21", "--format", "json"]

    done = run("-c", command, *arguments, cwd=tmp_path, PYTHONPATH=str(installed), GOVIT_RULES_CACHE="off")

    assert json.loads(done.stdout)["applies"] == "no"
    assert (installed / "bin" / "govit-rules").exists()
