"""The repository's pictures: none is left over from somebody's look at a page."""

from tools.notebooks import ROOT

ENDINGS = ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"
BUILT = "_build", ".git", ".venv"


def test_every_picture_is_shown_by_a_page_or_the_settings():
    files = [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not {*path.relative_to(ROOT).parts} & {*BUILT}
    ]
    texts = [path for path in files if path.suffix in (".md", ".yml", ".html", ".css")]
    shown = "\n".join(path.read_text("utf8") for path in texts)
    pictures = [path for path in files if path.suffix.lower() in ENDINGS]
    assert pictures, "the logo at least"
    assert [str(path) for path in pictures if path.name not in shown] == []
