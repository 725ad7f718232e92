"""Lets a notebook use the package of its own clone, else the one of the image.

On a hub each person's home lies over the image's, and clones come into it by links.
"""

import sys
from pathlib import Path

for folder in (Path.cwd(), *Path.cwd().parents):
    if (folder / "src" / "evidence").is_dir():
        sys.path.insert(0, str(folder / "src"))
        break
