"""One pass over a stream of records: what is new is kept, in bounded memory."""

from entropylaw.stream.cost import Cost
from entropylaw.stream.stream import ZipStream
from entropylaw.stream.tally import Outcome, StreamDecision, StreamTally

__all__ = ["Cost", "Outcome", "StreamDecision", "StreamTally", "ZipStream"]
