"""The decision log: what was asked and answered, one JSON line for each request."""

from authz.decision_log.log import DecisionLog, open_log
from authz.decision_log.record import Record

__all__ = ["DecisionLog", "Record", "open_log"]
