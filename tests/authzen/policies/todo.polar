# The todo application: five people, and todos of which only the request knows the owner.

permit("todo.people-read-profiles", subject: User, "can_read_user", profile: User, _context) if
  subject.fixture = "todo" and
  profile.fixture = "todo-profile";

permit("todo.people-read-the-list", subject: User, "can_read_todos", todo: Todo, _context) if
  subject.fixture = "todo" and
  todo.id = "todo-1";

permit("todo.admins-and-editors-create", subject: User, "can_create_todo", todo: Todo, _context) if
  todo.id = "todo-1" and
  ("admin" in subject.roles or "editor" in subject.roles);

permit("todo.evil-geniuses-update-all", subject: User, "can_update_todo", _todo: Todo, _context) if
  "evil_genius" in subject.roles;

permit("todo.editors-update-their-own", subject: User, "can_update_todo", todo: Todo, _context) if
  "editor" in subject.roles and
  owns(subject, todo);

permit("todo.admins-delete-all", subject: User, "can_delete_todo", _todo: Todo, _context) if
  "admin" in subject.roles;

permit("todo.editors-delete-their-own", subject: User, "can_delete_todo", todo: Todo, _context) if
  "editor" in subject.roles and
  owns(subject, todo);

owns(subject: User, todo: Todo) if
  todo.ownerID != nil and
  todo.ownerID = subject.email;
