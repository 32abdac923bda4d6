# Grants through a rule that plain oso knows.

has_permission(_actor, _action, _resource) if 1 = 1;  # refused: *`has_permission`*
