"""May a set that the engine accepts decide? Its own tests and invariants say so."""
