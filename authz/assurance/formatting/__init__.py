"""The one layout of policy text."""
