# Asks something while the text is loaded.

?= 1 = 1;  # refused: an inline query*
