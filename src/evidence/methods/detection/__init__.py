"""The parts of an object detector, each in a module of its own."""
