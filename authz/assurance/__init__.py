"""What a reviewer runs on a policy set before it goes live."""
