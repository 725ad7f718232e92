"""The web address of a git remote, with nothing of it that must stay private."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

WEB_HOST = r"([a-z0-9.-]+)"
# Behind ssh, a host can be GitHub's door on port 443 (ssh.github.com) or an alias from
# ~/.ssh/config: github.com-work is github.com. An alias without a dot is nobody's host.
SSH_HOST = (
    r"(?:(?:alt)?ssh\.)?((?:github|gitlab)\.com)(?:[-_].*)?"
    r"|((?:[a-z0-9-]+\.)+(?:xn--[a-z0-9]+|[a-z]+))(?:[-_][\w-]*)?"
)
HOSTS = {"https": WEB_HOST, "http": WEB_HOST, "ssh": SSH_HOST}
PATH = r"/*([\w.-]+(?:/[\w.-]+?)+)(?:\.git)?/*"


def web_address(remote: str) -> str:
    """Return the https address of a git remote: its host, owner and name alone.

    Parameters
    ----------
    remote : str
        ``https://user:token@host/owner/name.git``, ``git@host:owner/name.git`` or
        ``ssh://git@host:22/owner/name``.

    Returns
    -------
    str
        ``https://host/owner/name``, with the groups that GitLab has between them; the
        port of a web address, and ``http`` with it, stay. ``""`` for anything else: a
        folder, or a password that ``/``, ``?`` or ``#`` would cut in two.
    """
    # The short form of ssh, git@host:owner/name, is written in full.
    try:
        parts = urlsplit(re.sub(r"^([^/:]+):(?!//)", r"ssh://\1/", remote.strip()))
        scheme, port = parts.scheme, parts.port
    except ValueError:
        return ""
    host = re.fullmatch(HOSTS.get(scheme, " "), parts.hostname or "")
    path = re.fullmatch(PATH, parts.path, re.ASCII)
    if not host or not path or "@" in parts.query + parts.fragment:
        return ""
    name = host[host.lastindex]
    if scheme == "ssh" or port in (None, 80, 443):
        return f"https://{name}/{path[1]}"
    return f"{scheme}://{name}:{port}/{path[1]}"
