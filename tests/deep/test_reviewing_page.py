"""The walk through docs/reviewing.md says what the commands say."""

import pytest

from tests.docs.reviewing import blocks, fits, repository, take

pytestmark = pytest.mark.deep


def test_every_command_of_the_page_says_what_is_shown(tmp_path):
    with repository(tmp_path):
        for block in blocks():
            said = take(block)
            assert said.code == block.code, said.text
            if block.command:
                assert fits(block.text, said.text), f"{block.command}\n{said.text}"
