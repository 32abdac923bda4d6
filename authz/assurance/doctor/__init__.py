"""What `authz doctor` looks at: each module answers one question about an installation."""
