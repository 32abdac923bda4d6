# Grants through the rule that plain oso asks.

allow(_actor, _action, _resource) if 1 = 1;  # refused: *`allow`*
