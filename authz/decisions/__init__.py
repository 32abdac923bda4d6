"""The policy decision point: from a request and stored facts to an answer."""
