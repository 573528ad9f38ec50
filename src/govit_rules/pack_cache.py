"""
Read packs kept for the next start. (To be completed.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govit_rules.packs import Pack


def cached_pack(content: bytes, name: str) -> Pack:
    from govit_rules.packs import read_pack

    return read_pack(content, name, shipped=True)
