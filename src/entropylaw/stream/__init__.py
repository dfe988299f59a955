"""Selection from a stream: one pass, bounded memory, a decision when each record arrives."""

from entropylaw.stream.stream import ZipStream
from entropylaw.stream.tally import Cost, Outcome, StreamDecision, StreamTally

__all__ = ["Cost", "Outcome", "StreamDecision", "StreamTally", "ZipStream"]
