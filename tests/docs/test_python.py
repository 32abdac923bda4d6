import re
import shutil
import subprocess
import sys
import time

from authz.accounts.passwords import Hasher
from authz.engine.schema_file import parse_schema
from authz.samples import sample_tenants
from authz.storage.seed import seed
from tests.docs.pages import ROOT
from tests.shipped import RECORD, shipped

PAGE = (ROOT / "docs" / "python.md").read_text("utf-8")
PROGRAM, OUTPUT = re.search(r"```python\n(.*?)```.*?```text\n(.*?)```", PAGE, re.S).groups()


def test_the_program_of_the_page_prints_what_the_page_says(tmp_path):
    (tmp_path / "policies").symlink_to(ROOT / "policies")
    schema = parse_schema((ROOT / "policies" / "schema.yaml").read_text("utf-8"))
    with sample_tenants() as source:
        cheap = Hasher(rounds=1, memory_kib=64, lanes=1)
        path = tmp_path / "var" / "demo.db"
        seed(path, schema, source, clock=time.time, hasher=cheap)
    shipped()
    shutil.copy(RECORD, tmp_path / "var")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.stdout, done.stderr) == (OUTPUT, "")
