import json
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import CONFIG
from tests.reviewing import small


@pytest.fixture
def policies(tmp_path):
    return small.write(tmp_path / "policies")


@pytest.fixture
def check_all(authz, policies, tmp_path):
    def check_all(*arguments):
        data = ("--data", tmp_path / "data")
        return authz("check-all", "-c", CONFIG, *data, policies, *arguments)

    return check_all


def edit(policies, name, text):
    (policies / name).write_text(text, "utf-8")


def test_a_set_in_order_passes_and_says_what_was_left_out(check_all):
    ran = check_all()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "✅ load    passed     3 policies in 1 file",
        "✅ lint    passed     0 findings",
        "✅ fmt     passed     1 file laid out",
        "✅ test    passed     7 rows passed; 100.0 % of the lines were at work",
        "✅ prove   passed     1 of 1 invariant proved",
        "➖ diff    skipped    there is no base to compare with",
        "➖ replay  skipped    no decision log was named",
    ]


def test_a_test_that_fails_exits_with_4_and_names_what_else_failed(check_all, policies):
    edit(policies, "papers.polar", small.WIDENED)
    ran = check_all()
    assert ran.code == 4
    assert "❌ test    failed     2 of 7 rows failed;" in ran.out
    assert "❌ prove   failed     0 of 1 invariant proved, 1 broken" in ran.out
    assert "     papers.polar:13: error: layout: would be laid out otherwise" in ran.out


def test_a_set_that_does_not_load_exits_with_3_before_all_else(check_all, policies):
    edit(policies, "papers.polar", small.REFUSED)
    ran = check_all()
    assert ran.code == 3
    assert "     papers.polar:14: error: unknown-attribute: " in ran.out


def test_a_test_file_that_cannot_be_read_exits_with_3(check_all, policies):
    edit(policies, "papers_test.yaml", "version: 1\nsuit: x\n")
    ran = check_all("--skip", "prove")
    assert ran.code == 3
    assert "error: unreadable: suit: unknown key `suit`, did you mean `suite`?" in ran.out


def test_a_gain_that_is_not_wanted_exits_with_5(check_all, policies, tmp_path):
    base = small.write(tmp_path / "base")
    edit(policies, "papers.polar", small.MORE)
    assert check_all("--base", base, "--skip", "lint,prove").code == 0
    ran = check_all("--base", base, "--fail-on", "gain", "--skip", "lint, prove")
    assert ran.code == 5
    assert "❌ diff    failed     0 policies and 1 fact or helper changed;" in ran.out
    assert "error: more-access: user on paper, allowed now in cases" in ran.out


def test_what_could_not_be_decided_exits_with_6(check_all, policies):
    text = small.INVARIANTS.replace('"blocked"', '"blocked" and subject.status = "b"')
    edit(policies, "invariants.yaml", text)
    ran = check_all("--skip", "lint,test")
    assert ran.code == 6
    assert "❔ prove   undecided  0 of 1 invariant proved, 1 not decided" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--skip", "lnt"), "no step `lnt` can be left out, did you mean `lint`?"),
        (("--skip", "load"), "no step `load` can be left out; there are lint, fmt, test"),
        (("--base", "no-such"), "`no-such` is no directory, and `"),
        (("--output", "yaml"), "invalid value for `--output`"),
    ],
    ids=["near", "load", "base", "output"],
)
def test_what_is_named_wrongly_is_usage(check_all, arguments, message):
    ran = check_all(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {message}")


def test_a_report_that_cannot_be_written_exits_with_7(check_all, tmp_path):
    place = tmp_path / "no" / "where.sarif"
    ran = check_all("--skip", "lint,test,prove", "--sarif", place)
    assert (ran.code, ran.err) == (
        7,
        f"error: cannot write `{place}`: No such file or directory\n",
    )


def test_a_database_that_cannot_be_read_exits_with_7_and_may_be_left_out(
    check_all, tmp_path
):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "gatehouse.db").write_text("no database")
    ran = check_all()
    assert (ran.code, ran.out) == (7, "")
    assert ran.err.startswith("error: cannot read the database ")
    assert check_all("--no-people", "--skip", "lint,test,prove").code == 0


def test_every_form_is_written_beside_the_one_that_is_shown(check_all, policies, tmp_path):
    edit(policies, "papers.polar", small.WIDENED)
    base = small.write(tmp_path / "base")
    files = {form: tmp_path / form for form in ("sarif", "junit", "markdown")}
    asked = [word for form, file in files.items() for word in (f"--{form}", file)]
    ran = check_all("--base", base, "--output", "json", *asked)
    document = json.loads(ran.out)
    assert (ran.code, document["schema"]) == (4, "authz.check-all/1")
    assert files["markdown"].read_text("utf-8").startswith("## Policy review: `fmt`,")
    ElementTree.parse(files["junit"])
    (run,) = json.loads(files["sarif"].read_text("utf-8"))["runs"]
    uris = [
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in run["results"]
    ]
    assert "policies/papers.polar" in uris
    found = [one for step in document["steps"] for one in step["findings"]]
    assert len(uris) == len(found)
