"""Which accounts a tick concerns, among very many: a guard for every position and order (docs/watch.md).

The rest of the engine does not know this package, which alone needs numpy.
"""

from engine.watch.proposals import NOTHING, Alert, Counts, Proposals
from engine.watch.scales import HYSTERESIS, THRESHOLDS
from engine.watch.watch import Watch

__all__ = ["HYSTERESIS", "NOTHING", "THRESHOLDS", "Alert", "Counts", "Proposals", "Watch"]
