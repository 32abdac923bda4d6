"""What the linter knows: the fragment, the rules with their examples."""
