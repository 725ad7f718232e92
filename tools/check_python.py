"""Say if this Python cannot build the book: ``python -m tools.check_python``."""

import sys

OLDEST, NEWEST = (3, 11), (3, 13)

if __name__ == "__main__" and not OLDEST <= sys.version_info[:2] <= NEWEST:
    found = f"{sys.version_info[0]}.{sys.version_info[1]}"
    sys.exit(
        f"This is Python {found}; the book needs 3.11, 3.12 or 3.13. "
        "Name one: make book PYTHON=python3.12"
    )
