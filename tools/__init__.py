"""The workshop: what ``make`` calls to run, check, start and publish chapters."""
