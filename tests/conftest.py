"""
What all tests share: a Hypothesis profile that does not depend on the machine, and a folder for kept packs.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("tests", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


@pytest.fixture(autouse=True, scope="session")
def _no_kept_packs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """
    Tests keep packs in a folder of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("kept-packs")
        folder.chmod(0o700)
        patch.setenv("GOVIT_RULES_CACHE", str(folder))
        yield
