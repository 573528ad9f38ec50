"""
Shipped packs, kept as they were read, so that the next start need not read the YAML again.

A kept pack lies in a folder that only the user can write (``~/.cache/govit-rules``, or what GOVIT_RULES_CACHE names;
``off`` for none), under a name made of the pack's bytes and of this library's own files, so that a change of either
reads the YAML anew. A folder or file that others could have written is not used. What is read back can name only the
classes listed here. Whatever goes wrong, the YAML is read. Imports: `pack_reader`,
`packs`.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from govit_rules.packs import Pack

if TYPE_CHECKING:
    from io import BytesIO

_OURS: Final = ("conditions", "facts", "packs", "values")
_SHAPED_BY: Final = (*_OURS, "articles", "entries", "grammar", "lifecycle_reader", "pack_reader", "project", "sources")
_BUILTIN: Final = frozenset({("datetime", "date"), ("decimal", "Decimal"), ("builtins", "frozenset")})


class _Unpickler(pickle.Unpickler):
    """
    Builds nothing but the parts of a pack.
    """

    def find_class(self, module: str, name: str) -> Any:
        package, _, leaf = module.rpartition(".")
        if "." not in name and ((package == "govit_rules" and leaf in _OURS) or (module, name) in _BUILTIN):
            found = super().find_class(module, name)
            # Not what a module has imported, nor its functions: only the classes that it defines itself.
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a pack")


def _read(content: bytes, name: str) -> Pack:
    from govit_rules.pack_reader import read_pack  # not needed, nor a YAML parser, where the pack is kept

    return read_pack(content, name, shipped=True)


def cached_pack(content: bytes, name: str) -> Pack:
    """
    A shipped pack from its file's content: as kept, else read and kept.

    Raises:
        PackError: The content is wrong.
    """
    folder = _folder()
    if folder is None:
        return _read(content, name)
    file = folder / f"{_key(content)}.pack"
    pack = _kept(file)
    if pack is None:
        pack = _read(content, name)
        _keep(pack, file)
    return pack


def _folder() -> Path | None:
    wanted = os.environ.get("GOVIT_RULES_CACHE")
    if wanted == "off" or not hasattr(os, "geteuid"):
        return None
    try:
        folder = (
            Path(wanted) if wanted else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "govit-rules"
        )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder if _only_ours(folder.lstat(), stat.S_ISDIR) else None
    except (OSError, RuntimeError):
        return None


def _only_ours(status: os.stat_result, is_kind: Any) -> bool:
    return is_kind(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022


def _key(content: bytes) -> str:
    digest = hashlib.sha256(content)
    digest.update(f"{sys.version}{sys.flags.optimize}".encode())
    for module in _SHAPED_BY:
        status = (Path(__file__).parent / f"{module}.py").stat()
        digest.update(f"{module}:{status.st_mtime_ns}:{status.st_size}".encode())
    return digest.hexdigest()


def _kept(file: Path) -> Pack | None:
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as stream:  # noqa: PTH123 - not through a link
            if not _only_ours(os.fstat(stream.fileno()), stat.S_ISREG):
                return None
            pack = _load(stream)  # type: ignore[arg-type]
    except Exception:
        return None
    return pack if isinstance(pack, Pack) else None


def _load(stream: BytesIO) -> Any:
    return _Unpickler(stream).load()


def _keep(pack: Pack, file: Path) -> None:
    try:
        content = pickle.dumps(pack, protocol=pickle.HIGHEST_PROTOCOL)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as stream:
            half = Path(stream.name)
        try:
            half.write_bytes(content)
            half.replace(file)
        finally:
            half.unlink(missing_ok=True)
    except Exception:
        return
