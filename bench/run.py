"""The figures that the decisions name, measured again, one program after the other.

    ./run bench [NAME [ARGS]]

Each prints CPU beside a peer in the same run; judge by the ratio, machines differ. No test is timed.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

FIGURES: Final = {
    "check": "a whole check of real pages: first look, nothing changed, one sentence more",
    "fetch": "one answer fetched, beside a bare GET",
    "readers": "one page read in a reader process, beside a bare parse",
    "rules": "all packs over a text, beside Python's re",
    "commitments": "verdicts on pairs of wordings, right and wrong, and what one costs",
}


def main() -> None:
    """Run all, or the one that is named with its arguments. Exits with the status of the first that failed, or 2."""
    name, *arguments = sys.argv[1:] or ("",)
    if name and name not in FIGURES:
        print(f"no figures called {name}; there are {', '.join(FIGURES)}", file=sys.stderr)
        sys.exit(2)
    for figures, what in FIGURES.items():
        if name in ("", figures):
            print(f"== {figures}: {what}", flush=True)
            done = subprocess.run([sys.executable, "-m", f"bench.{figures}", *arguments], check=False)
            if done.returncode:
                sys.exit(done.returncode)


if __name__ == "__main__":
    main()
