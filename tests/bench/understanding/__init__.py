"""The scoreboard of this assistant beside its rivals, in one run, on the same training data."""
