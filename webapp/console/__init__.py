"""The console: pages on which people look after accounts, rights and the rest."""
