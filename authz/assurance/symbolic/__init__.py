"""Is there a request at all? Conditions as formulas, and a solver that finds one or proves
that there is none.
"""
