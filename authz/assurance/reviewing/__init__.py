"""Everything that can be found out about a policy set before it decides, in one go."""
