"""Rules about people that are no policy: e-mail identity, passwords, API keys."""
