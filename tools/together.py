"""Changes of several files, made together or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def changed(files: Mapping[Path, str | bytes | None]) -> Iterator[None]:
    """Write files, and undo it if that fails, or what is done with them.

    ``files`` says what each is to hold; ``None`` deletes it, and its folder once empty.
    """
    before = {path: path.read_bytes() if path.is_file() else None for path in files}
    try:
        _write(files)
        yield
    except BaseException:  # an interrupt, too
        _write(before)
        raise


def _write(files: Mapping[Path, str | bytes | None]) -> None:
    for path, data in files.items():
        if data is None:
            path.unlink(missing_ok=True)
            with suppress(OSError):  # other files are in it
                path.parent.rmdir()
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data.encode() if isinstance(data, str) else data)
