"""What the verbs have kept of their runs, as tools/cli/history.hpp describes it."""

import json
import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Run:
    at: datetime
    commit: str  # "" outside a repository
    changed: bool  # the tree differed from the commit
    report: Any

    @property
    def tree(self) -> str:
        """The tree that was measured, for people."""
        return (self.commit[:8] or "no commit") + (" + changes" if self.changed else "")


class History:
    """Reads build/reports. What is not in order there is left out, and `problems` says so in a sentence each."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.problems: list[str] = []

    def names(self, pattern: str) -> list[str]:
        """The verbs with runs, such as "fuzz-mmu" for "fuzz-*"."""
        return sorted(f.stem for f in (self.directory / "history").glob(pattern + ".jsonl"))

    def runs(self, name: str) -> list[Run]:
        """Oldest first."""
        file = self.directory / "history" / (name + ".jsonl")
        found = []
        if not file.exists():
            return found
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
            try:
                entry = json.loads(line)
                at = datetime.strptime(entry["at"], "%Y-%m-%dT%H:%M:%SZ")
                found.append(Run(at, str(entry["commit"]), bool(entry["changed"]), entry["report"]))
            except (ValueError, KeyError, TypeError):
                self.problem(f"history/{file.name}, line {number}, is not a run and was skipped.")
        return sorted(found, key=lambda run: run.at)

    def latest_by(self, name: str, key: str, items=lambda report: report) -> list[tuple[Run, dict]]:
        """Of all runs together, the last word on each item that they list, by the item's own name under `key`."""
        latest: dict[str, tuple[Run, dict]] = {}
        for run in self.runs(name):
            for item in items(run.report):
                latest[str(item[key])] = (run, item)
        return [latest[name] for name in sorted(latest, key=by_number)]

    def documents(self, pattern: str) -> list[tuple[Path, Any]]:
        """Other JSON files below the directory, by name."""
        found = []
        for file in sorted(self.directory.glob(pattern)):
            try:
                found.append((file, json.loads(file.read_text(errors="replace"))))
            except (OSError, ValueError):
                self.problem(f"{os.path.relpath(file, self.directory)} is not JSON and was skipped.")
        return found

    def problem(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)


def by_number(name: str) -> list:
    """Sorts B9 before B10."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name)]
