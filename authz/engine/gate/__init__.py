"""What a policy set must pass before it decides, in a process of its own."""
