"""umbra report: one HTML page of what the verbs have measured."""

import argparse
import os
import sys
from datetime import datetime, timezone
from pathlib import Path

from history import History
from page import render
from tree import Tree


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, as every verb does."""

    def error(self, message):
        print(f"umbra: {message[0].upper()}{message[1:]}. --help lists what is possible.", file=sys.stderr)
        sys.exit(2)


def main() -> int:
    root = Path(os.environ.get("UMBRA_ROOT", Path(__file__).resolve().parent.parent))
    parser = Parser(prog="./umbra report", allow_abbrev=False, add_help=False)
    parser.add_argument("--from", dest="directory", type=Path, default=root / "build" / "reports")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    out = options.out or root / "build" / "reports" / "index.html"
    if not options.directory.is_dir():
        if options.directory != root / "build" / "reports":
            print(f"umbra: {options.directory} is not a directory.", file=sys.stderr)
            return 2
        options.directory.mkdir(parents=True)
    history = History(options.directory)
    page = render(history, Tree(root), datetime.now(timezone.utc))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page)
    except OSError:
        print(f"umbra: Cannot write {out}.", file=sys.stderr)
        return 2
    for problem in history.problems:
        print(f"umbra: {problem}", file=sys.stderr)
    print(f"report: {os.path.relpath(out)}")
    return 1 if options.strict and history.problems else 0


if __name__ == "__main__":
    sys.exit(main())
