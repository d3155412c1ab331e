"""The page's sections, in its order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import bench, boot, bugs, coverage, findings, fuzzing, mutants, proofs, suites


@dataclass(frozen=True)
class Section:
    id: str  # of the heading, and of the template
    title: str
    command: str  # that makes what is shown
    content: Callable[..., dict[str, Any] | None]  # (history, tree): for the template, or None where nothing is kept
    behind: str | None = None  # the template of what its links lead to, out of sight till then


SECTIONS = [
    Section("fuzzing", "Fuzzing", "./umbra fuzz --target all", fuzzing.content),
    Section("findings", "Findings", "./umbra fuzz", findings.content),
    Section("proofs", "Proofs", "./umbra prove", proofs.content),
    Section("bugs", "Bug bench", "./umbra bugs", bugs.content),
    Section("mutants", "Unseen bugs", "./umbra mutate", mutants.content),
    Section("bench", "Bench", "./umbra bench", bench.content),
    Section("coverage", "Coverage", "./umbra bench coverage", coverage.content, "sources.html"),
    Section("boot", "Boot", "./umbra boot", boot.content),
    Section("tests", "Tests", "./umbra test", suites.content),
]
