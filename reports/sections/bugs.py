"""The bug bench: who finds which planted bug, and how fast."""

import math
import statistics

import charts


def content(history, tree):
    bugs = [_summed(run, bug) for run, bug in history.latest_by("bugs", "id") if bug["id"] != "clean"]
    if not bugs:
        return None
    return {
        "bugs": bugs,
        "found": sum(bug["found"] for bug in bugs),
        "must_refute": sum(bool(bug["theorems"]) for bug in bugs),
        "refuted": sum(bool(bug["theorems"]) and not bug["unrefuted"] for bug in bugs),
        "rooms": sorted({bug["room"] for bug in bugs}),
        "survival": _survival(bugs),
    }


def _summed(run, bug):
    # Earlier benches knew no theorems.
    bug = {"theorems": [], "refuted": [], "proof_problem": "", "problem": ""} | bug
    hunts = bug["hunts"]
    found = [hunt for hunt in hunts if hunt["found"]]
    return {
        **bug,
        "run": run,
        "seeds": len(hunts),
        "found_by": len(found),
        "noticed_by": sorted({hunt["noticed_by"] for hunt in found}),
        "engines": sorted({hunt.get("engine", "libfuzzer") for hunt in found}),
        "median": _median(hunts),
        "worst": max(hunt["seconds"] for hunt in found) if found else None,
        "executions": max((hunt["executions"] for hunt in hunts), default=0),
        "unrefuted": [theorem for theorem in bug["theorems"] if theorem not in bug["refuted"]],
    }


def _median(hunts):
    """Seconds, where a seed that found nothing took for ever; None if that is the median."""
    seconds = sorted(hunt["seconds"] if hunt["found"] else math.inf for hunt in hunts)
    median = statistics.median_high(seconds) if seconds else math.inf
    return None if median == math.inf else median


def _survival(bugs):
    """How many bugs are still alive after so many seconds of hunting, by engine."""
    series = {}
    for engine in sorted({engine for bug in bugs for engine in bug["engines"]}):
        deaths = sorted(bug["median"] for bug in bugs if engine in bug["engines"] and bug["median"] is not None)
        series[engine] = [(0, len(bugs))] + [(seconds, len(bugs) - n) for n, seconds in enumerate(deaths, 1)]
    if not series:
        return None
    alive = ", ".join(f"{points[-1][1]} of {len(bugs)} survive {engine}" for engine, points in series.items())
    return charts.lines(f"Bugs alive over seconds of hunting: {alive}", "seconds of hunting", series, steps=True)
