"""Serve a folder on this machine, compressed as a web host would."""

from __future__ import annotations

import gzip
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMPRESSED = {".html", ".js", ".css", ".json", ".svg", ".txt"}


@cache
def _compress(path: Path, changed: float) -> bytes:
    """Compress a file, once for each time it was changed."""
    return gzip.compress(path.read_bytes(), mtime=0)


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments) -> None:
        pass

    def send_head(self):
        path = Path(self.translate_path(self.path))
        accepts = "gzip" in self.headers.get("Accept-Encoding", "")
        if not (accepts and path.is_file() and path.suffix in COMPRESSED):
            return super().send_head()
        data = _compress(path, path.stat().st_mtime)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        return io.BytesIO(data)


@contextmanager
def serve(folder: Path, port: int = 0) -> Iterator[str]:
    """Serve a folder while the block runs.

    Parameters
    ----------
    folder : pathlib.Path
        What to serve.
    port : int
        Port on this machine; 0 takes any free one.

    Yields
    ------
    str
        The address, for example ``http://localhost:8000``.
    """
    handler = partial(_Handler, directory=str(folder))
    with ThreadingHTTPServer(("localhost", port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
