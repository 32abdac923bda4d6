# Declares an actor block.

actor User {}  # refused: resource blocks*
