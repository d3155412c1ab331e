"""A build/reports as the verbs leave it, small, with something of every kind in it."""

import json
from pathlib import Path

HOSTILE = "<script>document.title = 'taken'</script>"  # whatever a report says, it is text


def write(directory: Path, commit: str = "") -> None:
    """`commit`: of the repository whose sources coverage is of."""
    kept = {
        "fuzz-mmu": [session("mmu", 1000), session("mmu", 1200)],
        "fuzz-exit": [session("exit", 300, "I3")],
        "proofs": [{"theorems": [theorem("T1", True), theorem("T3", False)]}],
        "bugs": [[bug("B1", True, 0.5), bug("B2", False, 60)], [bug("B10", True, 7)]],
        "bench": [bench(20, 1000), bench(21, 1010), bench(30, 1000)],
        "boot": [{"kernel": "6.1.0", "faults": [], "guests": {"level4/run": {"vcpu0 exits": 40, "vm pf_fixed": 7}}}],
    }
    for name, reports in kept.items():
        for n, report in enumerate(reports):
            entry = {"at": f"2026-01-0{n + 1}T10:00:00Z", "commit": commit, "changed": False, "report": report}
            add(directory / "history" / f"{name}.jsonl", json.dumps(entry) + "\n")
    add(directory / "findings" / "exit-I3-0123456789ab.json", json.dumps(finding()))
    add(directory / "findings" / "mmu-I9-ba9876543210.json", json.dumps(finding()))
    add(directory / ".." / "triage" / "I9-read-1a2b3c4d" / "finding.json", json.dumps(triaged("build/findings/mmu/I9-ba9876543210.ops")))
    add(directory / "mutate-core.json", json.dumps(mutate()))
    add(directory / "test" / "plain.xml", JUNIT)


def add(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as out:
        out.write(text)


def session(target, rate, broken=None):
    course = [{"seconds": s, "executions": rate * s, "guest_ops": 9 * rate * s, "coverage": 900 + 10 * s, "features": 3000,
               "corpus": 100 + s} for s in range(0, 61, 5)]
    return {"target": target, "jobs": 2, "seed": 7, "seconds": 60.0, "executions": 60 * rate, "guest_ops": 540 * rate,
            "coverage": 1500, "features": 3000, "corpus": 160, "course": course,
            "finding": {"id": broken, "text": HOSTILE, "input": "", "ops": ""} if broken else None}


def theorem(name, holds):
    unit = {"unit": "4-level, 36 bits", "mode": "4-level", "verdict": "holds" if holds else "refuted", "reason": "",
            "paths": 1234, "discharged": 100, "obvious": 20, "solver_calls": 77, "cpu_seconds": 3.5}
    return {"theorem": name, "title": "walk", "statement": "The core's walk is the manual's.", "assumptions": [HOSTILE],
            "holds": holds, "seconds": 4.0, "units": [unit],
            "covered": [{"file": "core/mmu/walk.cpp", "lines": 10, "hit": 8, "missed": [3, 4]}]}


def engine(name, found, seconds):
    time = seconds if found else None
    return {"engine": name, "found": int(found), "of": 1, "median_seconds": time, "worst_seconds": time, "seconds": [time]}


def bug(name, found, seconds):
    hunt = {"seed": 1, "found": found, "executions": 1000, "seconds": seconds}
    if found:
        hunt |= {"noticed_by": "I2", "text": "", "input": ""}
    return {"id": name, "title": f"Planted {name} {HOSTILE}", "reference": "CVE", "room": "core" if name != "B2" else "models/reference",
            "target": "mmu", "expected": ["I2"], "found": found, "problem": "", "theorems": ["T1"], "refuted": ["T1"] if found else [],
            "proof_problem": "", "proof_seconds": 1.0, "hunts": [hunt],
            "engines": [engine("libfuzzer", found, seconds), engine("afl", name == "B1", 9.5), engine("kernel", False, 0)],
            "kernel": {"answer": "unreached" if name == "B2" else "missed", "noticed_by": "", "words": "", "seconds": 20}}


def bench(slower, instructions):
    return {
        "speed": [{"target": "mmu", "preset": "plain", "times_slower_than_empty": slower, "aims": {"times_slower_than_empty": 25}}],
        "costs": [{"target": "mmu", "inputs": 10, "effective_ops_an_input": 9.0, "instructions_an_input": 10 * instructions, "parts": []},
                  {"target": "exit", "inputs": 10, "effective_ops_an_input": 9.0, "exits_an_input": 5.0,
                   "instructions_an_input": 10 * instructions, "instructions_an_exit": 2 * instructions, "parts": []}],
        "instructions": [{"operation": "fault", "meaning": "", "by_pages": [{"pages": 1, "mappers": 1, "instructions": instructions}],
                          "by_pages_spread": 1.0, "by_mappers": [], "by_mappers_spread": 1.0}],
        "coverage": [{"rooms": "core/mmu", "seconds": 60, "lines_percent": 98.5, "arms_percent": 96.0,
                      "aims": {"lines_percent": 98, "arms_percent": 95},
                      "files": [{"file": "core/mmu/walk.cpp", "lines": 40, "arms": 20,
                                 "missed_lines": [{"line": 3, "why": ""}],
                                 "missed_arms": [{"line": 5, "column": 7, "never": True, "why": "a reason"}]},
                                {"file": "core/mmu/gone.cpp", "lines": 4, "arms": 0, "missed_lines": [], "missed_arms": []}]}],
    }


def entry(first, **more):
    return {"first": first, "count": 1, "value": "0x67", "bits": "P W U A D", "target": "frame 0x1", "on_path": False, "wrong": "",
            "leads_to_wrong": bool(more.get("wrong"))} | more


def finding():
    def tree(name, wrong):
        leaves = {"name": name + " leaves", "level": 1, "whole": True,
                  "entries": [entry(0, count=4), entry(9, on_path=True, wrong=wrong)]}
        return {"name": name, "level": 2, "whole": False,
                "entries": [entry(1, on_path=True, table=leaves), entry(2, table=leaves | {"entries": [entry(5, wrong=wrong)]})]}
    return {"well": False, "finding": {"id": "I3", "where": "at op 4", "text": HOSTILE},
            "lines": ["set-up", "", "0: read", "  done", "", "4: write 0x1000", "  violated: I3", "", "5 ops"],
            "drawing": {"vcpu": 0, "mode": "4-level paging WP", "address": "0x1000", "cached": ["vCPU 1, VPID 1: host frame 0x1"],
                        "guest": tree("guest", "the shadow says something else"), "shadow": tree("shadow", HOSTILE)}}


def triaged(input_):
    return {"target": "mmu", "trial": False, "id": "I9", "rule": "", "text": HOSTILE, "kind": "read", "at": "read 0x1000 8",
            "stack": [{"function": "umbra::mmu::fault", "file": "core/mmu/fault.cpp", "line": 7}], "steady": False, "times": 3,
            "reproduced": 2, "cut": False, "size": 40, "minimal_size": 2, "tried": 90, "minimal": "umbra-ops 1\nread 0x1000 8\n",
            "steps": [{"op": "read 0x1000 8", "lines": ["  model: faults"]}], "parting": ["guest | shadow"], "log": "",
            "inputs": [input_], "first_bad": "", "on_cpu": []}


def mutate():
    tally = {"count": 20, "killed": 19, "by_tests": 15, "by_fuzz": 3, "by_proofs": 1, "survived": 1, "late": 0, "equal": 2,
             "argued": 1, "stillborn": 3, "rate": 95.0}
    mutant = {"id": "3fa9c1d2", "operator": "negate", "file": "core/mmu/walk.cpp", "line": 3, "function": "walk", "was": "a",
              "becomes": "b", "fate": "survived", "why": "", "seconds": 1.0, "opinions": [], "diff": f"-a\n+{HOSTILE}\n"}
    return {"part": "core", "seed": 1, "population": 5000, "fuzz_seconds": 60, "shard": 1, "shards": 1, "total": tally,
            "by_operator": {"negate": tally}, "by_folder": {"core/mmu": tally}, "mutants": [mutant, mutant | {"id": "0", "fate": "killed"}]}


JUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="(empty)" tests="3" failures="1" disabled="0" skipped="1" time="2" timestamp="2026-01-01T10:00:00">
  <testcase name="rooms:order" classname="rooms:order" time="1.5" status="run"><system-out>fine</system-out></testcase>
  <testcase name="rooms:chaos" classname="rooms:chaos" time="0.5" status="fail"><failure message=""/><system-out>it is &lt;chaos&gt;</system-out></testcase>
  <testcase name="rooms:later" classname="rooms:later" time="0" status="notrun"><skipped message=""/></testcase>
</testsuite>
"""
