"""
``python -m govit_rules``: the same as the command ``govit-rules``.
"""

from __future__ import annotations

from govit_rules.cli import main

if __name__ == "__main__":
    main()
