"""Every change of running workflow code, by date: the one list of patch ids.

A run asks at its beginning which changes it has (`workflow.patched`, two events a run). One that was begun by older code
goes on as it was until its next run: 1 August, or as soon as an operator sends it the signal `ga_door`. An id may go, by
way of `deprecate_patch`, once no run begun before it can be alive.
"""

from typing import Final

# 24 November 2026. The core decides by the second edition of its rules (`domain.kader.REGELS`, docs/decisions/0012).
NOVEMBER_2026: Final = "2026-11-24"

# 24 November 2026. Not a change of code but a mark in the history, followed by the number of the signal: it was under a key
# that nobody has, and stays unread whatever becomes of the key.
ONLEESBAAR: Final = "2026-11-24-onleesbaar"
