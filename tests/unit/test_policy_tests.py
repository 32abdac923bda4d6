"""The runner of policy tests: what it reads, what it asks, what it says of an answer."""

import pytest

from authz.assurance import junit, policy_tests
from authz.engine.gate.vet import digest
from authz.engine.policyset import load
from authz.engine.source import PolicySource, read_directory
from authz.errors import PolicyError, PolicyReferenceError, PolicySyntaxError
from tests.attacks.world import BASE
from tests.unit.engine.sets import INTERPRETED

SUITE = """\
version: 1
suite: papers
context: {channel: web}
subjects:
  ann: {type: user, id: ann, name: ann, level: 3}
  bob: {type: user, id: bob, name: bob, level: 1, roles: [reader]}
  cid: {type: user, id: cid, name: cid, level: 1, banned: true}
  dot: {type: user, id: dot, name: dot}
resources:
  hers: {type: document, id: d1, owner: ann}
  his: {type: document, id: d2, owner: bob}
  cids: {type: document, id: d3, owner: cid}
  nobodys: {type: document, id: d4}
groups: {people: [ann, bob]}
tests:
"""


@pytest.fixture(scope="module")
def policies():
    return load(read_directory(BASE))


@pytest.fixture
def run(policies, tmp_path):
    """Runs a suite of these tests, and gives its cases."""

    def run(tests: str, head: str = SUITE):
        path = tmp_path / "papers_test.yaml"
        path.write_text(head + tests)
        return policy_tests.run(policy_tests.read_suites(path, policies.schema), policies)

    return run


def _one(cases):
    (case,) = cases
    return case


def test_a_check_that_comes_true_passes(run):
    case = _one(
        run("""\
  - name: owners read
    check: {subject: ann, action: document:read, resource: hers}
    expect: allow
    because: [base.owner-reads]
    reason: permitted
    message_for_user: "*your document*"
""")
    )
    assert case == policy_tests.TestCase(
        suite="papers",
        name="owners read",
        file="papers_test.yaml",
        passed=True,
        message="",
        allowed=True,
        reason="permitted",
        determining=("base.owner-reads",),
    )


def test_a_check_that_fails_says_what_was_expected_and_what_came(run):
    case = _one(
        run("""\
  - name: the banned read
    check: {subject: cid, action: document:read, resource: cids}
    expect: allow
    because: [base.owner-reads]
    reason: permitted
    message_for_user: "welcome"
""")
    )
    assert not case.passed
    assert case.message == (
        "expected allow; expected the reason `permitted`; expected it because of "
        "`base.owner-reads`; expected the user to read `welcome`, not `You are banned.`: "
        "deny (forbidden) by `base.banned-does-nothing`, to "
        "`user:cid document:read document:d3 --channel web`"
    )


@pytest.mark.parametrize(
    ("expectation", "said"),
    [
        ("because: [base.banned-does-nothing]", "expected it because of"),
        ("because: [base.owner-reads, base.banned-does-nothing]", "expected it because of"),
        ("because: []", "expected it because of nothing"),
        ("reason: no_permit", "expected the reason `no_permit`"),
        ('message_for_user: "It is"', "expected the user to read `It is`"),
    ],
)
def test_the_right_answer_for_another_reason_fails(run, expectation, said):
    case = _one(
        run(f"""\
  - name: owners read
    check: {{subject: ann, action: document:read, resource: hers}}
    expect: allow
    {expectation}
""")
    )
    assert not case.passed
    assert said in case.message


def test_a_missing_attribute_can_be_tested(run):
    case = _one(
        run("""\
  - name: nobody reads what has no owner
    check: {subject: ann, action: document:read, resource: nobodys}
    expect: deny
    reason: missing_attribute
    because: []
""")
    )
    assert case.passed


def test_a_matrix_asks_every_subject_every_resource_and_every_action(run):
    cases = run("""\
  - name: who reads what
    matrix:
      ann: {hers: [document:read]}
      bob: {his: [document:read]}
""")
    assert len(cases) == 2 * 2 * 2
    assert all(case.passed for case in cases)
    assert sum(bool(case.allowed) for case in cases) == 2
    assert cases[0].name == "who reads what: ann document:read hers"


def test_a_cell_that_is_not_listed_must_be_denied(run):
    cases = run("""\
  - name: who reads what
    matrix:
      ann: {his: []}
      bob: {hers: [document:read]}
    actions: [document:read]
""")
    assert [(case.name.split(": ")[1], case.message.split(":")[0]) for case in cases] == [
        ("ann document:read his", ""),
        ("ann document:read hers", "expected deny"),
        ("bob document:read his", "expected deny"),
        ("bob document:read hers", "expected allow"),
    ]


def test_a_group_stands_for_its_members(run):
    cases = run("""\
  - name: nobody reads the papers of cid
    matrix:
      people: {cids: []}
""")
    assert [case.name.split(": ")[1].split()[0] for case in cases] == [
        "ann",
        "ann",
        "bob",
        "bob",
    ]


def test_a_list_names_the_ids_that_are_allowed(run):
    case = _one(
        run("""\
  - name: ann reads hers
    list: {subject: ann, action: document:read, type: document}
    expect: [d1]
""")
    )
    assert case.passed
    assert (case.allowed, case.reason, case.determining) == (
        None,
        "",
        ("base.owner-reads",),
    )


def test_a_list_that_is_wrong_names_what_differs(run):
    case = _one(
        run("""\
  - name: ann reads his
    list: {subject: ann, action: document:read, type: document}
    expect: [d2]
""")
    )
    assert case.message == (
        "expected `d2`: `d1` is allow (permitted) by `base.owner-reads`; `d2` is deny "
        "(no_permit) by nothing, to `user:ann document:read document:d1 --channel web` "
        "and the like"
    )


def test_a_deny_that_was_not_expected_says_which_permit_was_nearest(run):
    case = _one(
        run("""\
  - name: anybody reads
    check: {subject: bob, action: document:read, resource: hers}
    expect: allow
""")
    )
    assert case.message == (
        "expected allow: deny (no_permit) by nothing, to "
        "`user:bob document:read document:d1 --channel web`; the nearest is "
        "`base.owner-reads` at base.polar:3, but not `resource.owner = subject.name` "
        '(resource.owner is "ann", subject.name is "bob")'
    )


def test_an_allow_that_was_not_expected_says_what_held(run):
    case = _one(
        run("""\
  - name: nobody reads
    check: {subject: ann, action: document:read, resource: hers}
    expect: deny
""")
    )
    assert case.message.endswith(
        "; `base.owner-reads` at base.polar:3 holds, as `resource.owner = subject.name`"
    )


def test_the_question_of_a_failure_is_told_with_its_clock_and_without_a_channel(run):
    case = _one(
        run("""\
  - name: nobody reads
    now: 2026-03-01T10:00:00Z
    context: {channel: null}
    check: {subject: ann, action: document:read, resource: hers}
    expect: deny
""")
    )
    asked = "`user:ann document:read document:d1` (no channel, at 2026-03-01T10:00:00Z)"
    assert asked in case.message


def test_a_list_may_ask_the_filter_for_the_same_ids(run):
    case = _one(
        run("""\
  - name: ann reads hers
    list: {subject: ann, action: document:read, type: document}
    expect: [d1]
    filter_exact: true
""")
    )
    assert (case.passed, case.message) == (True, "")


def test_of_a_subject_that_nothing_is_decided_about_the_filter_gives_nothing(run):
    case = _one(
        run("""\
  - name: who has no level reads nothing
    list: {subject: dot, action: document:read, type: document}
    expect: []
    filter_exact: true
""")
    )
    assert case.passed


def test_a_test_that_is_to_do_is_read_and_not_asked(run):
    cases = run("""\
  - name: later
    todo: when documents can be shared
    matrix: {people: {cids: [document:read]}}
  - name: owners read
    check: {subject: ann, action: document:read, resource: hers}
    expect: allow
""")
    assert [(case.name, case.passed, case.todo) for case in cases] == [
        ("later", True, "when documents can be shared"),
        ("owners read", True, ""),
    ]
    assert (cases[0].allowed, cases[0].reason, cases[0].determining) == (None, "", ())


def test_the_sentence_is_asked_for_in_a_language(run):
    told = run("""\
  - name: read in French
    check: {subject: bob, action: document:read, resource: hers}
    expect: deny
    message_for_user: "Vous n*"
    language: fr
  - name: read in a language that nobody wrote
    check: {subject: bob, action: document:read, resource: hers}
    expect: deny
    message_for_user: "You do not*"
    language: xx
""")
    assert [case.passed for case in told] == [True, True]


def test_the_run_ends_at_the_first_row_that_fails_when_asked_to(policies, tmp_path):
    path = tmp_path / "papers_test.yaml"
    path.write_text(SUITE + "  - name: all\n    matrix: {people: {hers: []}}\n")
    suites = policy_tests.read_suites(path, policies.schema)
    assert [case.passed for case in policy_tests.run(suites, policies)] == [
        False,
        True,
        True,
        True,
    ]
    cases = policy_tests.run(suites, policies, fail_fast=True)
    assert [case.passed for case in cases] == [False]


def test_fixtures_are_shared_through_a_file(policies, tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "people.yaml").write_text(
        "version: 1\nsubjects: {ann: {type: user, id: a, name: ann, level: 1}}\n"
        "resources: {hers: {type: document, id: d, owner: ann}}\n"
    )
    (tmp_path / "papers_test.yaml").write_text("""\
version: 1
suite: papers
fixtures: [shared/people.yaml]
tests:
  - name: owners read
    check: {subject: ann, action: document:read, resource: hers}
    expect: allow
""")
    (suite,) = policy_tests.read_suites(tmp_path, policies.schema)
    assert [case.passed for case in policy_tests.run([suite], policies)] == [True]


def test_progress_is_told_after_each_row(policies, tmp_path):
    path = tmp_path / "papers_test.yaml"
    path.write_text(SUITE + "  - name: none\n    matrix: {people: {cids: []}}\n")
    told = []
    suites = policy_tests.read_suites(path, policies.schema)
    policy_tests.run(suites, policies, lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_policies_that_no_row_shows_at_work_are_named(run, policies):
    cases = run("""\
  - name: owners read
    check: {subject: ann, action: document:read, resource: hers}
    expect: allow
""")
    assert policy_tests.never_determining(cases, policies) == ("base.banned-does-nothing",)


CHECK = "check: {subject: ann, action: document:read, resource: hers}, expect: allow"


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ("  - {name: a}", "tests[0]: a test has one of `matrix`, `check` and `list`"),
        ("  - {name: a, CHECK, matrix: {}}", "tests[0]: a test has one of"),
        ("  - {CHECK}", "tests[0]: `name` is missing"),
        (
            "  - {name: a, CHECK, becuase: []}",
            "unknown key `becuase`, did you mean `because`",
        ),
        (
            "  - {name: a, CHECK, reason: denied}",
            "tests[0].reason: unknown reason `denied`",
        ),
        ("  - {name: a, CHECK, reason: yes}", "tests[0].reason: unknown reason `yes`"),
        (
            "  - {name: a, CHECK, context: {chanel: web}}",
            "unknown attribute `chanel`, did you",
        ),
        ("  - {name: a, CHECK, context: {channel: 1}}", "`channel` must be a string"),
        ("  - {name: a, CHECK, properties: {role: x}}", "unknown attribute `role`"),
        ("  - {name: a, CHECK, now: tomorrow}", "`tomorrow` is not a time"),
        ("  - {name: a, CHECK, now: 2026-01-01T00:00:00}", "names no zone"),
        ("  - {name: a, CHECK, because: [x.y, x.y]}", "`x.y` is there twice"),
        ("  - {name: a, CHECK, because: x.y}", "tests[0].because: must be a list"),
        (
            "  - {name: a, check: {subject: an, action: document:read, resource: hers},"
            " expect: deny}",
            "tests[0].check.subject: unknown alias `an`, did you mean `ann`",
        ),
        (
            "  - {name: a, check: {subject: hers, action: document:read, resource: hers},"
            " expect: deny}",
            "`hers` is a `document`, which is never a subject",
        ),
        (
            "  - {name: a, check: {subject: ann, action: document:raed, resource: hers},"
            " expect: deny}",
            "unknown action `document:raed`, did you mean `document:read`",
        ),
        (
            "  - {name: a, check: {subject: ann, action: document:read, resource: ann},"
            " expect: deny}",
            "unknown action `document:read`",
        ),
        (
            "  - {name: a, check: {subject: ann, action: document:read}, expect: deny}",
            "tests[0].check: `resource` is missing",
        ),
        (
            "  - {name: a, check: {subject: ann, action: document:read, resource: hers},"
            " expect: permit}",
            "must be `allow` or `deny`",
        ),
        (
            "  - {name: a, matrix: {anna: {hers: []}}}",
            "tests[0].matrix: unknown alias `anna`",
        ),
        (
            "  - {name: a, matrix: {ann: {her: []}}}",
            "tests[0].matrix.ann: unknown alias `her`",
        ),
        (
            "  - {name: a, matrix: {ann: {hers: [x]}}}",
            "tests[0].matrix.ann.hers: unknown action",
        ),
        (
            "  - {name: a, matrix: {ann: {hers: [document:read]}},"
            " actions: [document:write]}",
            "`document:read` is expected, but not among `actions`",
        ),
        (
            "  - {name: a, matrix: {ann: {hers: []}}, actions: [document:wrote]}",
            "tests[0].actions: unknown action `document:wrote`",
        ),
        ("  - {name: a, CHECK, todo: true}", "tests[0].todo: must be text"),
        ("  - {name: a, CHECK, language: fr}", "language: is that of `message_for_user`"),
        (
            "  - {name: a, todo: later, check: {subject: an, action: document:read,"
            " resource: hers}, expect: deny}",
            "tests[0].check.subject: unknown alias `an`",
        ),
        (
            "  - {name: a, list: {subject: ann, action: document:read, type: document},"
            " expect: [], filter_exact: 1}",
            "tests[0].filter_exact: must be true or false",
        ),
        (
            "  - {name: a, list: {subject: ann, action: document:read, type: documents},"
            " expect: []}",
            "unknown type `documents`, did you mean `document`",
        ),
        (
            "  - {name: a, list: {subject: ann, action: document:read, type: document},"
            " expect: [d9]}",
            "tests[0].expect: unknown document `d9`",
        ),
    ],
)
def test_a_test_that_names_what_is_not_there_is_an_error(run, tests, said):
    with pytest.raises(PolicyError) as caught:
        run(tests.replace("CHECK", CHECK) + "\n")
    assert caught.value.file == "papers_test.yaml"
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 1", "version: 2", "version: must be 1"),
        ("version: 1\n", "", "`version` is missing"),
        ("suite: papers\n", "", "`suite` is missing"),
        ("suite: papers", "siute: papers", "unknown key `siute`, did you mean `suite`"),
        ("groups:", "gruops:", "unknown key `gruops`"),
        ("[ann, bob]", "[ann, bill]", "groups.people: unknown alias `bill`"),
        ("people:", "ann:", "`ann` is a fixture and a group"),
        ("hers: {type", "ann: {type", "the alias `ann` is there twice"),
        ("id: d2", "id: d1", "`document:d1` is there twice, the second as `his`"),
        ("type: user, id: ann", "type: usr, id: ann", "subjects.ann: unknown type `usr`"),
        ("banned: true", "bannd: true", "unknown attribute `bannd`, did you mean `banned`"),
        ("banned: true", "banned: 1", "subjects.cid.banned: `banned` must be a boolean"),
        ("banned: true", "banned: yes", "`banned` must be a boolean"),
        ("level: 3", "level: true", "`level` must be an integer"),
        ("roles: [reader]", "roles: reader", "`roles` must be a list"),
        ("id: d4}", "}", "resources.nobodys: `id` is missing"),
        ("id: d4}", "id: 4}", "resources.nobodys.id: must be text"),
        ("subjects:\n", "subjects:\n  ann: {type: user, id: x}\n", "`ann` is there twice"),
        ("context: {channel: web}", "context: web", "context: must be a mapping"),
        (
            "context: {channel: web}",
            "fixtures: [none.yaml]",
            "cannot be read: no such file",
        ),
        ("tests:\n", "tests: 7\n", "tests: must be a list"),
        ("tests:\n", "", "`tests` is missing"),
    ],
)
def test_a_file_that_is_wrong_is_an_error(run, old, new, said):
    assert old in SUITE
    with pytest.raises(PolicyError, match=r"_test.yaml|none.yaml") as caught:
        run("" if old == "tests:\n" else "  []\n", SUITE.replace(old, new, 1))
    assert said in str(caught.value)


def test_text_that_is_no_yaml_is_an_error_with_its_line(run):
    with pytest.raises(PolicySyntaxError) as caught:
        run("  - name: [\n")
    assert caught.value.line > 0


def test_a_directory_without_tests_is_an_error(policies, tmp_path):
    with pytest.raises(PolicySyntaxError, match="no `\\*_test.yaml`"):
        policy_tests.read_suites(tmp_path, policies.schema)


def test_a_file_that_is_not_there_is_an_error(policies, tmp_path):
    with pytest.raises(PolicySyntaxError, match="cannot be read"):
        policy_tests.read_suites(tmp_path / "no_test.yaml", policies.schema)


def test_an_unknown_alias_is_an_error_of_reference(run):
    with pytest.raises(PolicyReferenceError):
        run("  - {name: a, matrix: {nobody: {}}}\n")


def test_the_report_for_ci_is_xml_that_can_be_read_back(run):
    from xml.etree import ElementTree

    cases = run("""\
  - name: "owners <read> & more \\x07"
    check: {subject: ann, action: document:read, resource: hers}
    expect: deny
  - name: nobody else reads
    check: {subject: bob, action: document:read, resource: hers}
    expect: deny
""")
    root = ElementTree.fromstring(junit.render(cases).encode())
    (suite,) = root
    assert suite.attrib["name"] == "papers"
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("2", "1")
    assert [case.attrib["name"] for case in suite] == [
        "owners <read> & more \ufffd",
        "nobody else reads",
    ]
    (failure,) = suite.iter("failure")
    assert failure.attrib["message"] == cases[0].message


def test_the_report_for_ci_counts_what_is_to_do_as_skipped(run):
    from xml.etree import ElementTree

    cases = run("""\
  - name: later
    todo: when documents can be shared
    check: {subject: ann, action: document:read, resource: hers}
    expect: deny
""")
    (suite,) = ElementTree.fromstring(junit.render(cases).encode())
    assert (suite.attrib["tests"], suite.attrib["skipped"]) == ("1", "1")
    (skipped,) = suite.iter("skipped")
    assert skipped.attrib["message"] == "when documents can be shared"


ONE_THAT_ERRS = b"""
permit("base.errs", subject: User, "document:write", _document: Document, _context) if
  subject.level < "x";
"""


@pytest.fixture(scope="module")
def erring():
    files = {path.name: path.read_bytes() for path in BASE.iterdir()}
    files["base.polar"] += ONE_THAT_ERRS
    files["base.yaml"] += (
        b"  base.errs: {title: T, why: W, owner: tests, sentence: {en: S}}\n"
    )
    return load(PolicySource(files, digest(files)), INTERPRETED)


@pytest.mark.parametrize(
    "test",
    [
        "check: {subject: ann, action: document:write, resource: hers}\n    expect: deny",
        "list: {subject: ann, action: document:write, type: document}\n    expect: []",
        "matrix: {ann: {hers: []}}\n    actions: [document:write]",
    ],
)
def test_a_policy_that_cannot_be_evaluated_fails_the_row(erring, tmp_path, test):
    path = tmp_path / "papers_test.yaml"
    path.write_text(f"{SUITE}  - name: nobody writes\n    {test}\n")
    case = _one(policy_tests.run(policy_tests.read_suites(path, erring.schema), erring))
    assert not case.passed
    assert "`base.errs` failed: " in case.message


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ("  []\n", "tests: holds no test"),
        ("  - {name: x, matrix: {ann: {}}}\n", "tests[0].matrix: asks nothing"),
        ("  - {name: x, matrix: {}}\n", "tests[0].matrix: asks nothing"),
        ("  - {name: x, matrix: {ann: {hers: []}}, actions: []}\n", "asks nothing"),
    ],
)
def test_a_test_that_asks_nothing_is_an_error(run, tests, said):
    with pytest.raises(PolicyError) as caught:
        run(tests)
    assert said in str(caught.value)


def test_a_group_of_nobody_is_an_error(run):
    with pytest.raises(PolicyError, match="groups.people: is a group of nobody"):
        run("  []\n", head=SUITE.replace("[ann, bob]", "[]"))


def test_a_mistake_in_a_check_is_named_with_its_line(run):
    tests = "  - name: x\n    check:\n      subject: ann\n      action: document:read\n"
    with pytest.raises(PolicyError) as caught:
        run(tests + "      resource: hrs\n    expect: allow\n")
    assert caught.value.line == len(SUITE.splitlines()) + 5
