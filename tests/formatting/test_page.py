import re
from textwrap import dedent

from authz.assurance.formatting.document import formatted
from tests.shipped import POLICIES, ROOT

BLOCKS = re.compile(r"```polar\n(.*?)^ *```", re.S | re.M)


def test_policies_in_our_pages_are_laid_out():
    for page in (ROOT / "docs" / "formatting.md", POLICIES / "README.md"):
        for block in BLOCKS.findall(page.read_text("utf-8")):
            rules = dedent(block)
            assert formatted(page.name, rules.encode()) == rules
