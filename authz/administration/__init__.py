"""What people do to accounts, rights, organizations, places, settings and keys.

Every function asks the decision point first, changes by the storage, and has what was
refused written down. The console, the JSON API and the command line call the same ones.
"""
