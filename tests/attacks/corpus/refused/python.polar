# Is another language.

import os  # refused: *
os.system("touch CANARY")
