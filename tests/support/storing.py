"""Faults that a test switches on and off while workers run. Imported passed through, so that workflow code sees the same
sets as the test."""

KANARIE = "Kanarie van der Vogel"
"""A name in the text of an error: it must not get anywhere."""
FOUT: set[str] = set()
"""Trajecten whose code raises an error that nobody foresaw."""
LUS: set[str] = set()
"""Trajecten whose code computes for longer than a workflow task may take."""


def wis() -> None:
    """The faulty version was replaced by a good one."""
    FOUT.clear()
    LUS.clear()
