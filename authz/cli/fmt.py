"""`authz fmt`: policy files in their one layout."""

import sys
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from pathlib import Path

import click

from authz.assurance.formatting.document import formatted
from authz.cli.exits import Exit
from authz.cli.files import STDIN, rewrite
from authz.cli.setup import Setup, takes_setup
from authz.engine.source import read_directory, read_file
from authz.engine.text import FILE_LIMIT_BYTES
from authz.errors import RequestError


@click.command(epilog="Example: authz fmt policies --check")
@click.argument(
    "paths",
    nargs=-1,
    metavar="[PATH]...",
    type=click.Path(path_type=Path, exists=True, allow_dash=True),
)
@click.option("--check", is_flag=True, help="Write nothing; name what would change.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
@takes_setup
def fmt(setup: Setup, paths: tuple[Path, ...], *, check: bool, diff: bool) -> int:
    """Lay out policy files: white space changes, and nothing else.

    PATH is a file, or a directory with *.polar files; without it the configured policy set
    is meant, and `-` lays out standard input on standard output. The rules before and after
    are compared, and every comment is kept. Exits with 3 when a file is no policy text, and
    then nothing is written; with 5 when --check finds a file that is laid out otherwise;
    with 7 when a file cannot be written.
    """
    stream = Path(STDIN) in paths
    if stream and len(paths) > 1:
        raise RequestError("`-` stands alone: no other path goes with it")
    texts = _texts(paths or (setup.config().policy.dir,))
    laid_out = {file: formatted(str(file), content) for file, content in texts.items()}
    if stream and not (check or diff):
        sys.stdout.buffer.write(laid_out[Path(STDIN)].encode())
        return Exit.OK
    changed = [file for file in texts if laid_out[file].encode() != texts[file]]
    for file in changed:
        if diff:
            click.echo(_diff(file, texts[file], laid_out[file]), nl=False)
        elif check:
            click.echo(f"{file}: would be laid out otherwise")
        else:
            rewrite(file, laid_out[file])
            click.echo(f"{file}: laid out")
    if not diff:
        _report(len(changed), len(texts), check=check)
    return Exit.GATE_FAILED if check and changed else Exit.OK


def _texts(paths: Sequence[Path]) -> dict[Path, bytes]:
    """The files that are meant, each once, and what is in them."""
    return {file: content for path in paths for file, content in _read(path)}


def _read(path: Path) -> Iterator[tuple[Path, bytes]]:
    if path == Path(STDIN):
        yield path, sys.stdin.buffer.read(FILE_LIMIT_BYTES + 1)
        return
    if not path.is_dir():
        yield path, read_file(path)
        return
    for name, content in read_directory(path).files.items():
        if name.endswith(".polar"):
            yield path / name, content


def _diff(file: Path, before: bytes, after: str) -> str:
    """A unified diff. A text with line ends of Windows differs in every line."""
    old = before.decode("utf-8").splitlines(keepends=True)
    new = after.splitlines(keepends=True)
    lines = unified_diff(old, new, str(file), f"{file} (laid out)")
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _report(changed: int, total: int, *, check: bool) -> None:
    files = f"{total} file" if total == 1 else f"{total} files"
    said = "would change" if check else "changed"
    click.echo(f"{changed} of {files} {said}", err=True)
