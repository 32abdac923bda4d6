# Declares a resource block.

resource Document {  # refused: resource blocks*
  permissions = ["read"];
  roles = ["reader"];
  "read" if "reader";
}
