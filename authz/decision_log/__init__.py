"""The decision log: what was asked and answered, one JSON line for each request."""

from authz.decision_log.line import verdict
from authz.decision_log.log import DecisionLog, open_log
from authz.decision_log.record import About, Record

__all__ = ["About", "DecisionLog", "Record", "open_log", "verdict"]
