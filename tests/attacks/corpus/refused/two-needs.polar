# Two rows for one action: either would be enough.

needs_permission("document:read", "documents");
needs_permission("document:read", "audits");  # refused: `document:read` needs a permission at attack.polar:3*
