"""Property tests draw the same examples every time and have no deadline."""

from hypothesis import settings

settings.register_profile("book", deadline=None, derandomize=True, database=None)
settings.load_profile("book")
