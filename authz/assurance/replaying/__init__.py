"""What recorded decisions would be under other policies."""

from authz.assurance.replaying.replay import replay
from authz.assurance.replaying.report import Replay

__all__ = ["Replay", "replay"]
