# What a request says of itself in its context.

permit("ext.alice-probes-with-an-open-token", subject: User, "probe-context", probe: Probe, context: Context) if
  subject.id = "alice" and
  probe.id = "p1" and
  context.token = "open" and
  context.extra = nil;
