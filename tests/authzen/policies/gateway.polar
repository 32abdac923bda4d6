# The API gateway in front of the todo application: routes by their template, actions by HTTP method.

permit("gateway.everyone-reads-users", _subject: Identity, "GET", route: Route, _context) if
  route.id = "/users/{userId}";

permit("gateway.everyone-reads-todos", _subject: Identity, "GET", route: Route, _context) if
  route.id = "/todos";

permit("gateway.admins-and-editors-create-todos", subject: Identity, "POST", route: Route, _context) if
  route.id = "/todos" and
  ("admin" in subject.roles or "editor" in subject.roles);

permit("gateway.evil-geniuses-and-editors-update-todos", subject: Identity, "PUT", route: Route, _context) if
  route.id = "/todos/{todoId}" and
  ("evil_genius" in subject.roles or "editor" in subject.roles);

permit("gateway.admins-and-editors-delete-todos", subject: Identity, "DELETE", route: Route, _context) if
  route.id = "/todos/{todoId}" and
  ("admin" in subject.roles or "editor" in subject.roles);
