"""A policy set that uses every construct of the fragment."""

import re

from tests.differential.pitfalls import SCHEMA

RULES = """\
role("admin"); role("clerk"); role("guard");
above("admin", "clerk"); above("clerk", "guard");
opens("admin", "k"); opens("clerk", "o"); opens("guard", "m");
reaches(x, y) if above(x, y);
reaches(x, y) if above(x, z) and reaches(z, y);
same(x, y) if x = y and x != nil;
grade(x, "any") if role(x);
grade("admin", "top");
trusted(s: User, k) if opens(x, k) and x in s.options;

permit("made.values", s: User, "unit:read", r: Unit, _c) if
  s.status in ["active", "new"] and s.rank in [1, 2] and r.locked = true and
  r.company != "x" and not r.organization in ["y", "z"];
permit("made.joins", s: User, "unit:read", r: Unit, c: Context) if
  same(s.nick, r.company) and s.tenant = r.tenant and s.status != c.channel and
  s.mfa = r.locked;
permit("made.bounds", s: User, "unit:read", r: Unit, c: Context) if
  r.size != nil and r.size < 3 and r.size >= 1 and s.rank > 0 and s.rank <= 2 and
  c.hour != nil and c.hour <= c.now and c.hour >= s.rank and
  s.level != nil and s.level < c.now and r.size > s.level;
permit("made.texts", s: User, "unit:read", r: Unit, _c) if
  r.company != nil and r.company < "m" and s.status >= "a";
permit("made.sets", s: User, "unit:read", r: Unit, _c) if
  "admin" in s.options and r.company in s.tags and not "stop" in s.tags and
  r.organization != nil and not r.organization in s.options;
permit("made.elements", s: User, "unit:read", r: Unit, _c) if
  x in s.options and x in r.line and y in s.tags and y != "none" and y != "stop";
permit("made.facts", s: User, "unit:read", r: Unit, _c) if
  x in s.options and reaches(x, y) and opens(y, r.company);
permit("made.either", s: User, "unit:read", r: Unit, _c) if
  (s.rank = 2 and r.locked = false) or (s.rank = 3 and "clerk" in s.options) or
  (s.rank = 4 and r.company = nil);
permit("made.records", s: User, "unit:read", r: Unit, c: Context) if
  g in s.grants and g.role in ["admin", "clerk"] and g.company != nil and
  g.company = r.company and g.organization = r.tenant and s.rank = 5 and
  g.until != nil and g.until > c.now;
permit("made.two-fields", s: User, "unit:read", r: Unit, _c) if
  g in s.grants and g.role = "guard" and g.company = s.tenant and g.organization != nil and
  g.organization = r.organization and s.rank = 6;
permit("made.one-field", s: User, "unit:read", r: Unit, _c) if
  g in s.grants and g.role in ["admin", "guard"] and g.company != nil and
  g.company = r.organization and s.rank = 7;
permit("made.only-record", s: User, "unit:read", _r: Unit, _c) if
  g in s.grants and g.role != "clerk" and g.until != nil and g.until <= 9 and s.rank = 8;
permit("made.keys", s: User, action, r: Kept, _c) if
  action in ["unit:read"] and k in s.keys and k.door = "front" and r.id = s.id and
  s.rank = 9;
permit("made.role", s: User, "unit:read", _r: Unit, c: Context) if
  role(x) and x in s.options and x in ["admin", "guard"] and c.channel = "role";
permit("made.other-role", s: User, "unit:read", r: Unit, c: Context) if
  "clerk" in s.options and c.channel = "role" and r.locked = true;
permit("made.known", s: User, "unit:read", r: Unit, _c) if
  (s.rank in [11, 12, 13] and s.rank < 13 and s.status in ["a", "b"] and
    s.status in ["b", "c"] and s.status != "d") or
  (s.rank in [14, 15] and s.rank != 15 and r.company = "k" and r.company in s.tags) or
  (s.rank = 16 and r.size = 3 and s.level != nil and r.size > s.level) or
  (s.rank = 17 and r.company = "o" and not r.company in s.options) or
  (s.rank = 18 and same(s.nick, r.company) and s.nick != r.company);
permit("made.at-least", s: User, "unit:read", r: Unit, _c) if
  (s.rank in [22, 23] and s.rank >= 22 and r.locked = true) or
  (s.rank = 24 and not s.rank in [24, 25]);
permit("made.grades", s: User, "unit:read", _r: Unit, c: Context) if
  grade("admin", c.channel) and "admin" in s.options and s.rank = 26;
permit("made.mirrored", s: User, "unit:read", r: Unit, _c) if
  s.rank = 19 and r.size != nil and 3 > r.size and 1 <= r.size;
permit("made.covered", s: User, "unit:read", r: Unit, _c) if
  ("admin" in s.options and s.rank = 20) or
  (x in s.options and x in ["admin", "clerk"] and s.rank = 20 and r.locked = true) or
  (_ in s.grants and s.rank = 21) or (s.rank = 21 and r.locked = true);
forbid("made.untrusted", s: User, "unit:read", r: Unit, _c) if
  s.tenant != r.tenant and not trusted(s, "k");
forbid("made.unknown", s: User, "unit:read", _r: Unit, c: Context) if
  not opens(s.status, c.channel) and s.status = "clerk";
forbid("made.late", s: User, _action, _r: Kept, c: Context) if
  not c.now < 50 and not s.rank >= 5 and role(x) and not x in s.options;
"""
IDS = re.findall(r'"(made\.[a-z-]+)"', RULES)


def files() -> dict[str, bytes]:
    """The files of the set."""
    entries = [
        f"  {one}: {{title: t, why: w, owner: o, sentence: {{en: Because.}}}}\n"
        for one in IDS
    ]
    return {
        "made.polar": RULES.encode(),
        "made.yaml": f"version: 1\npolicies:\n{''.join(entries)}".encode(),
        "schema.yaml": SCHEMA.encode(),
    }
