from tests.cli.conftest import CONFIG


def test_the_shipped_configuration_is_right(authz):
    assert authz("config", "check", "-c", CONFIG).out == "the configuration is right\n"


def test_a_policy_directory_that_is_not_there_is_named(authz, monkeypatch, tmp_path):
    monkeypatch.setenv("AUTHZ_POLICY__DIR", str(tmp_path / "none"))
    ran = authz("config", "check", "-c", CONFIG)
    assert ran.code == 3
    assert ran.err == f"error: `policy.dir`: there is no directory `{tmp_path}/none`\n"


def test_a_seed_that_is_not_there_is_named(authz, tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(f"policy: {{dir: {tmp_path}}}\nstore: {{seed: facts.yaml}}\n")
    ran = authz("config", "check", "-c", path)
    assert ran.code == 3
    assert ran.err == f"error: `store.seed`: there is no file `{tmp_path}/facts.yaml`\n"


def test_every_value_is_shown_with_its_origin(authz, monkeypatch, tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("server:\n  limits:\n    nesting: 8\n")
    monkeypatch.setenv("AUTHZ_POLICY__WATCH", "false")
    ran = authz("config", "show", "--origin", "-c", path, "--data", "there")
    shown = {line.split()[0]: line.split(maxsplit=1)[1] for line in ran.out.splitlines()}
    rows = {name: tuple(rest.rsplit(maxsplit=1)) for name, rest in shown.items()}
    assert rows["server.limits.nesting"] == ("8", f"{path}:3")
    assert rows["policy.watch"] == ("false", "AUTHZ_POLICY__WATCH")
    assert rows["store.path"] == ("there/gatehouse.db", "flag")
    assert rows["store.seed"] == ("null", "default")
    assert rows["server.allowed_hosts"] == ("127.0.0.1, localhost, [::1]", "default")
