# Walks to a shell while the text is loaded.

?= c in "".__class__.__base__.__subclasses__() and  # refused: an inline query*
  c.__name__ = "_wrap_close" and
  c.__init__.__globals__.get("system").__call__("touch CANARY") = 0;
