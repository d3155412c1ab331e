"""The bug bench: who finds which planted bug, and how fast."""

import math
import statistics

import charts

FUZZERS = ("libfuzzer", "afl")


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
    # Earlier benches knew no theorems and no kernel.
    bug = {"theorems": [], "refuted": [], "proof_problem": "", "problem": "", "kernel": None} | bug
    hunts = bug["hunts"]
    engines = bug.get("engines") or _engines(hunts)
    # Of several fuzz engines the one that did best, as the bench has it.
    fuzzers = [engine for engine in engines if engine["engine"] in FUZZERS]
    best = min(fuzzers, key=lambda e: (-e["found"] / e["of"], _for_ever(e["median_seconds"])), default=None)
    return {
        **bug,
        "run": run,
        "engines": engines,
        "seeds": best["of"] if best else 0,
        "found_by": best["found"] if best else 0,
        "noticed_by": sorted({hunt["noticed_by"] for hunt in hunts if hunt["found"]}),
        "median": best["median_seconds"] if best else None,
        "worst": best["worst_seconds"] if best else None,
        "executions": max((hunt["executions"] for hunt in hunts), default=0),
        "unrefuted": [theorem for theorem in bug["theorems"] if theorem not in bug["refuted"]],
    }


def _engines(hunts):
    """What each engine made of a bug, for benches that did not say so themselves."""
    engines = []
    for name in sorted({hunt.get("engine", "libfuzzer") for hunt in hunts}):
        own = [hunt for hunt in hunts if hunt.get("engine", "libfuzzer") == name]
        found = sum(hunt["found"] for hunt in own)
        worst = max(hunt["seconds"] for hunt in own) if found == len(own) else None
        engines.append({"engine": name, "found": found, "of": len(own), "median_seconds": _median(own), "worst_seconds": worst})
    return engines


def _for_ever(seconds):
    return math.inf if seconds is None else seconds


def _median(hunts):
    """Seconds, where a seed that found nothing took for ever; None if that is the median."""
    seconds = sorted(hunt["seconds"] if hunt["found"] else math.inf for hunt in hunts)
    median = statistics.median_high(seconds) if seconds else math.inf
    return None if median == math.inf else median


def _survival(bugs):
    """How many bugs are still alive after so many seconds of an engine, of those that it was asked about."""
    medians = {}
    for bug in bugs:
        for engine in bug["engines"]:
            medians.setdefault(engine["engine"], []).append(engine["median_seconds"])
    series = {}
    for engine, all_medians in sorted(medians.items()):
        deaths = sorted(median for median in all_medians if median is not None)
        asked = len(all_medians)
        series[engine] = [(0, asked)] + [(seconds, asked - n) for n, seconds in enumerate(deaths, 1)]
    if not series:
        return None
    alive = ", ".join(f"{points[-1][1]} of {points[0][1]} survive {engine}" for engine, points in series.items())
    return charts.lines(f"Bugs alive over seconds: {alive}", "seconds", series, steps=True)
