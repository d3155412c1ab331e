"""The source tree that was measured."""

import subprocess
from pathlib import Path


class Tree:
    def __init__(self, root: Path):
        self.root = root

    def git(self, *words: str) -> str | None:
        """What git answers, or None."""
        try:
            answer = subprocess.run(["git", "-C", str(self.root), *words], capture_output=True, text=True, timeout=60)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return answer.stdout if answer.returncode == 0 else None

    def name(self) -> str:
        """The commit, for people."""
        return (self.git("describe", "--always", "--dirty= + changes", "--abbrev=8") or "no commit").strip()

    def source(self, file: str, commit: str, changed: bool) -> str | None:
        """A file as it was measured: of the commit, or, where the tree was changed, as it is now."""
        text = self.git("show", f"{commit}:{file}") if commit and not changed else None
        if text is not None:
            return text
        here = self.root / file
        return here.read_text(errors="replace") if here.is_file() else None
