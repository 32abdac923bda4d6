"""Judges the mutants of the shipped policies: `python -m tests.deep.mutants --all`."""

import argparse
import sys
import time
from pathlib import Path
from random import Random

from tests.deep.mutants.judge import OPEN, Bench, report


def main() -> int:
    """Exit 1 when a mutant is left that nobody notices."""
    parser = argparse.ArgumentParser(prog="python -m tests.deep.mutants")
    parser.add_argument("--all", action="store_true", help="not only a sample")
    parser.add_argument("--only", default="", help="those with this in their name")
    parser.add_argument("--report", type=Path, help="where to write what became of them")
    given = parser.parse_args()
    bench = Bench()
    mutants = [m for m in bench.mutants() if given.only in m.name]
    if not given.all:
        mutants = Random(1).sample(mutants, min(len(mutants), 500))
    start = time.monotonic()
    verdicts = []
    for number, mutant in enumerate(mutants, 1):
        verdicts.append(bench.judged(mutant))
        if number % 500 == 0:
            seconds = time.monotonic() - start
            sys.stderr.write(f"{number} of {len(mutants)}, {seconds:.0f} s\n")
    text = report(verdicts)
    if given.report:
        given.report.write_text(text, "utf-8")
    sys.stdout.write(text)
    return int(any(verdict.how == OPEN for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
