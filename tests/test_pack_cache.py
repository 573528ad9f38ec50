"""
Packs kept between starts: the same as those read, and never used where somebody else could have written them.
"""

from __future__ import annotations

import errno
import os
import pickle
import re
import stat
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from govit_rules import PackError, Project, evaluate, pack_cache
from govit_rules.library import shipped_packs
from govit_rules.pack_cache import cached_pack
from govit_rules.pack_reader import read_pack

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="packs are kept where files have owners only")

CITY, FILE = next(iter(shipped_packs().items()))
CONTENT = FILE.read_bytes()
NAME = f"rules/{CITY}.yaml"
PROJECT = Project.model_validate(
    {
        "classified": False,
        "owner": {"level": "municipal", "type": "administrative_organ"},
        "funding": {"total_investment": "3200万元", "municipal_fiscal": "1200万元", "sources": ["municipal_fiscal"]},
        "content": {"it_based": True, "category": "application_system", "delivery_mode": "construction"},
        "planning": {"applied_on": "2026-08-20", "plan_year": 2027},
        "approval": {"initiation": "requested"},
    }
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    A folder that only we can write, named as the one to keep packs in.
    """
    kept = tmp_path / "kept"
    kept.mkdir(mode=0o700)
    monkeypatch.setenv("GOVIT_RULES_CACHE", str(kept))
    return kept


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """
    The names of the packs that were read from YAML.
    """
    names: list[str] = []

    def counted(content: bytes, name: str, **more: Any) -> Any:
        names.append(name)
        return read_pack(content, name, **more)

    monkeypatch.setattr("govit_rules.pack_reader.read_pack", counted)
    return names


def kept_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def decided(pack: Any) -> str:
    return evaluate(PROJECT, pack, as_of=date(2026, 11, 21)).model_dump_json()


class _Planted:
    """
    Pickles to a call.
    """

    def __init__(self, callee: Any, *arguments: Any) -> None:
        self.call = (callee, arguments)

    def __reduce__(self) -> Any:
        return self.call


# -- what is kept


def test_a_kept_pack_is_the_pack(folder: Path, readings: list[str]) -> None:
    """
    The second start reads no YAML; its pack equals the one read, decides the same, and holds nothing of the first's work.
    """
    first = cached_pack(CONTENT, NAME)
    before = decided(first)
    second = cached_pack(CONTENT, NAME)

    assert readings == [NAME]
    assert second is not first
    assert second == first == read_pack(CONTENT, NAME, shipped=True)
    assert second._judges == {}
    assert decided(second) == before


def test_a_pack_is_kept_as_it_was_before_judging(folder: Path) -> None:
    """
    What is worked out for a day of judging is not kept.
    """
    pack = read_pack(CONTENT, NAME, shipped=True)
    bare = pickle.dumps(pack)
    decided(pack)

    assert pickle.dumps(pack) == bare


def test_the_file_is_ours_alone(folder: Path) -> None:
    """
    A kept pack is one file that nobody else can read or write.
    """
    cached_pack(CONTENT, NAME)
    status = kept_file(folder).stat()

    assert status.st_uid == os.geteuid()
    assert not stat.S_IMODE(status.st_mode) & 0o077


def test_the_name_of_the_pack_file_does_not_matter(folder: Path, readings: list[str]) -> None:
    """
    The same bytes are the same pack, from the wheel or the checkout.
    """
    cached_pack(CONTENT, NAME)
    cached_pack(CONTENT, "elsewhere/copy.yaml")

    assert readings == [NAME]


def test_other_bytes_are_another_pack(folder: Path, readings: list[str]) -> None:
    """
    A pack of which one byte was changed is read anew, and both are kept.
    """
    changed = CONTENT + b"\n"

    first, second = cached_pack(CONTENT, NAME), cached_pack(changed, NAME)

    assert len(readings) == 2
    assert first.digest != second.digest
    assert len(list(folder.iterdir())) == 2
    assert cached_pack(changed, NAME).digest == second.digest
    assert len(readings) == 2


@pytest.mark.parametrize(
    "module", ["conditions", "facts", "grammar", "pack_reader", "packs", "project", "sources", "values"]
)
def test_another_version_of_the_library_reads_anew(
    module: str, folder: Path, readings: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A change of any module that shapes a pack makes the kept ones of no use.
    """
    library = tmp_path / "library"
    library.mkdir()
    for path in Path(pack_cache.__file__).parent.glob("*.py"):
        (library / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(pack_cache, "__file__", str(library / "pack_cache.py"))
    cached_pack(CONTENT, NAME)
    cached_pack(CONTENT, NAME)
    assert len(readings) == 1

    changed = library / f"{module}.py"
    changed.write_text(changed.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    cached_pack(CONTENT, NAME)

    assert len(readings) == 2


def test_the_modules_that_shape_a_pack_are_all_named() -> None:
    """
    The key of a kept pack covers every module that reading a pack imports.
    """
    found, todo = set(), ["pack_reader"]
    while todo:
        module = todo.pop()
        if module not in found:
            found.add(module)
            source = (Path(pack_cache.__file__).parent / f"{module}.py").read_text(encoding="utf-8")
            todo += re.findall(r"^from govit_rules\.(\w+) import", source, re.MULTILINE)

    assert found - set(pack_cache._SHAPED_BY) == {"errors"}  # which only says what is wrong


def test_a_wrong_pack_is_not_kept(folder: Path) -> None:
    """
    A pack that cannot be used is refused each time, and nothing of it is kept.
    """
    for _ in range(2):
        with pytest.raises(PackError):
            cached_pack(b"city: demo\n", "rules/demo.yaml")

    assert list(folder.iterdir()) == []


# -- where


def test_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, readings: list[str]) -> None:
    """
    ``off`` keeps nothing anywhere.
    """
    monkeypatch.setenv("GOVIT_RULES_CACHE", "off")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    cached_pack(CONTENT, NAME)
    cached_pack(CONTENT, NAME)

    assert len(readings) == 2
    assert list(tmp_path.iterdir()) == []


def test_by_default_packs_are_kept_with_the_users_other_caches(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, readings: list[str]
) -> None:
    """
    Without a word they are kept in `govit-rules` under XDG_CACHE_HOME, else under ~/.cache, in a folder made for it.
    """
    monkeypatch.delenv("GOVIT_RULES_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    cached_pack(CONTENT, NAME)
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    cached_pack(CONTENT, NAME)

    for made in (tmp_path / "xdg" / "govit-rules", tmp_path / "home" / ".cache" / "govit-rules"):
        assert kept_file(made).suffix == ".pack"
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_without_a_home_packs_are_read(monkeypatch: pytest.MonkeyPatch, readings: list[str]) -> None:
    """
    A user without a home directory has no kept packs, and no trouble.
    """

    def homeless() -> Path:
        raise RuntimeError("no home")

    monkeypatch.delenv("GOVIT_RULES_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)

    assert cached_pack(CONTENT, NAME) == read_pack(CONTENT, NAME, shipped=True)


# -- what others could have written


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o720, 0o702, 0o1777])
def test_a_folder_that_others_can_write_is_not_used(mode: int, folder: Path, readings: list[str]) -> None:
    """
    From a folder that a group or everybody can write nothing is taken, and nothing is put there.
    """
    cached_pack(CONTENT, NAME)
    before = kept_file(folder).read_bytes()
    folder.chmod(mode)

    cached_pack(CONTENT, NAME)

    assert len(readings) == 2
    assert kept_file(folder).read_bytes() == before
    folder.chmod(0o700)


def test_a_link_in_place_of_the_folder_is_not_used(
    folder: Path, readings: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A folder that is a link to another is not followed.
    """
    cached_pack(CONTENT, NAME)
    link = tmp_path / "link"
    link.symlink_to(folder)
    monkeypatch.setenv("GOVIT_RULES_CACHE", str(link))

    cached_pack(CONTENT, NAME)

    assert len(readings) == 2


def test_a_file_in_place_of_the_folder_is_not_used(
    readings: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Where a file stands in the way the YAML is read.
    """
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GOVIT_RULES_CACHE", str(tmp_path / "file"))
    cached_pack(CONTENT, NAME)
    monkeypatch.setenv("GOVIT_RULES_CACHE", str(tmp_path / "file" / "below"))
    cached_pack(CONTENT, NAME)

    assert len(readings) == 2


@pytest.mark.parametrize("mode", [0o666, 0o622, 0o620, 0o602, 0o660])
def test_a_file_that_others_can_write_is_not_used(mode: int, folder: Path, readings: list[str]) -> None:
    """
    A kept pack that a group or everybody can write is read anew, and replaced by one that they cannot.
    """
    cached_pack(CONTENT, NAME)
    kept_file(folder).chmod(mode)

    cached_pack(CONTENT, NAME)

    assert len(readings) == 2
    assert not kept_file(folder).stat().st_mode & 0o022


def test_a_file_of_another_user_is_not_used(folder: Path, readings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A kept pack, or a folder, that belongs to somebody else is not used.
    """
    cached_pack(CONTENT, NAME)
    monkeypatch.setattr(os, "geteuid", lambda: kept_file(folder).stat().st_uid + 1)

    cached_pack(CONTENT, NAME)

    assert len(readings) == 2


def test_a_link_in_place_of_the_file_is_not_used(folder: Path, readings: list[str], tmp_path: Path) -> None:
    """
    A kept pack that is a link to another file is not followed, and what it leads to is left alone.
    """
    cached_pack(CONTENT, NAME)
    target = tmp_path / "target"
    kept_file(folder).rename(target)
    (folder / f"{pack_cache._key(CONTENT)}.pack").symlink_to(target)
    before = target.read_bytes()

    cached_pack(CONTENT, NAME)

    assert len(readings) == 2
    assert target.read_bytes() == before
    assert not kept_file(folder).is_symlink()


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_not_used(kind: str, folder: Path, readings: list[str]) -> None:
    """
    A folder or a pipe in place of a kept pack is passed over.
    """
    place = folder / f"{pack_cache._key(CONTENT)}.pack"
    if kind == "folder":
        place.mkdir()
    else:
        os.mkfifo(place, 0o600)
        writer = os.open(place, os.O_RDWR | os.O_NONBLOCK)  # reading one that nobody writes would wait

    assert cached_pack(CONTENT, NAME) == read_pack(CONTENT, NAME, shipped=True)
    assert len(readings) == 1
    if kind == "pipe":
        os.close(writer)


# -- what is in the file


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        b"\x80\x05",
        b"\x80\x05N.",
        pickle.dumps({"city": "demo"}),
        pickle.dumps(["pack"]),
        pickle.dumps(date(2026, 1, 1)),
        b"\x80\x05\x95\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"(" * 100_000,
        b"\x80\x04\x8c\x05posix\x8c\x06getpid\x93)R.",
    ],
    ids=["empty", "text", "cut", "none", "mapping", "list", "day", "huge", "deep", "call"],
)
def test_garbage_is_read_anew(content: bytes, folder: Path, readings: list[str]) -> None:
    """
    A kept file that holds no pack is passed over and replaced.
    """
    file = folder / f"{pack_cache._key(CONTENT)}.pack"
    file.write_bytes(content)
    file.chmod(0o600)

    pack = cached_pack(CONTENT, NAME)
    again = cached_pack(CONTENT, NAME)

    assert pack == again == read_pack(CONTENT, NAME, shipped=True)
    assert len(readings) == 1


def test_a_kept_pack_that_breaks_off_is_read_anew(folder: Path, readings: list[str]) -> None:
    """
    A kept file of which the end is missing is passed over, wherever it breaks off.
    """
    cached_pack(CONTENT, NAME)
    file = kept_file(folder)
    whole = file.read_bytes()
    for part in (1, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:part])
        cached_pack(CONTENT, NAME)
        assert file.read_bytes() == whole

    assert len(readings) == 5


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_planted_command_is_never_run(protocol: int, folder: Path, readings: list[str], tmp_path: Path) -> None:
    """
    A file that names os.system, though its owner and mode are right, is refused before anything is called.
    """
    mark = tmp_path / "mark"
    file = folder / f"{pack_cache._key(CONTENT)}.pack"
    for planted in (
        _Planted(os.system, f"touch {mark}"),
        _Planted(mark.touch),
        _Planted(eval, f"open({str(mark)!r}, 'w')"),
        [read_pack(CONTENT, NAME), _Planted(os.mkdir, str(mark))],
    ):
        file.write_bytes(pickle.dumps(planted, protocol=protocol))
        file.chmod(0o600)

        cached_pack(CONTENT, NAME)

        assert not mark.exists()
    assert len(readings) == 4


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("govit_rules.packs", "re.enum.bltns.exec"),
        ("govit_rules.packs", "dataclass"),
        ("govit_rules.packs", "date.fromordinal"),
        ("govit_rules.conditions", "date"),
        ("govit_rules.pack_reader", "read_pack"),
        ("govit_rules.library", "load_pack_file"),
        ("govit_rules.pack_cache", "_keep"),
        ("govit_rules.values", "last_published_year"),
        ("govit_rules.values", "cast"),
        ("govit_rules.facts", "nearest"),
        ("builtins", "exec"),
        ("builtins", "getattr"),
        ("posix", "system"),
        ("os", "system"),
        ("subprocess", "Popen"),
        ("pathlib", "Path"),
        ("datetime", "date.fromordinal"),
        ("decimal", "getcontext"),
        ("codecs", "encode"),
        ("functools", "partial"),
        ("copyreg", "_reconstructor"),
        ("govit_rules", "packs.re"),
    ],
)
def test_only_the_classes_of_a_pack_can_be_named(module: str, name: str) -> None:
    """
    What is read back can name the classes that a pack is made of: no function, no module, and nothing that such a module
    has only imported.
    """
    import io

    text = b"\x80\x04" + b"".join(b"\x8c" + bytes([len(part)]) + part.encode() for part in (module, name)) + b"\x93."

    with pytest.raises(pickle.UnpicklingError):
        pack_cache._load(io.BytesIO(text))


# -- where nothing can be written


def test_an_unwritable_folder(folder: Path, readings: list[str]) -> None:
    """
    Where the folder cannot be written the pack is read each time, and nothing is left there.
    """
    folder.chmod(0o500)
    if os.access(folder, os.W_OK):
        folder.chmod(0o700)
        pytest.skip("this user may write everywhere")

    for _ in range(2):
        assert cached_pack(CONTENT, NAME).city == CITY

    folder.chmod(0o700)
    assert len(readings) == 2
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("step", ["NamedTemporaryFile", "write", "replace"])
def test_a_full_disk(step: str, folder: Path, readings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Where the disk is full, at whichever step it shows, the pack is read and nothing half-written stays behind.
    """

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    def half(self: Path, content: bytes) -> int:
        with self.open("wb") as stream:
            stream.write(content[: len(content) // 2])
        return full()  # type: ignore[no-any-return]

    with monkeypatch.context() as patch:
        if step == "NamedTemporaryFile":
            patch.setattr(tempfile, "NamedTemporaryFile", full)
        elif step == "write":
            patch.setattr(Path, "write_bytes", half)
        else:
            patch.setattr(Path, "replace", full)
        pack = cached_pack(CONTENT, NAME)

    assert pack == read_pack(CONTENT, NAME, shipped=True)
    assert list(folder.iterdir()) == []
    cached_pack(CONTENT, NAME)
    assert kept_file(folder).suffix == ".pack"
    assert len(readings) == 2


def test_a_pack_that_cannot_be_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Whatever goes wrong in keeping a pack, it is there to be judged by.
    """

    def refused(*_: Any, **__: Any) -> Any:
        raise RecursionError

    with monkeypatch.context() as patch:
        patch.setattr(pickle, "dumps", refused)
        pack = cached_pack(CONTENT, NAME)

    assert pack.city == CITY
    assert list(folder.iterdir()) == []


def test_many_starts_at_once(folder: Path) -> None:
    """
    Starts at the same time do not get in each other's way, and leave one whole file.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        packs = list(pool.map(lambda _: cached_pack(CONTENT, NAME), range(24)))

    assert all(pack == packs[0] for pack in packs)
    assert kept_file(folder).suffix == ".pack"
