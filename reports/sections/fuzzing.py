"""Sessions of ./umbra fuzz: how the last one of each target went, and the ones before."""

import charts

QUANTITIES = [
    ("executions", "Executions"),
    ("coverage", "Coverage, edges"),
    ("corpus", "Corpus, inputs"),
]


def content(history, tree):
    sessions = {}
    for name in history.names("fuzz-*"):
        runs = history.runs(name)
        if runs:
            sessions[name.removeprefix("fuzz-")] = runs
    if not sessions:
        return None
    latest = {target: runs[-1] for target, runs in sessions.items()}
    return {
        "latest": latest,
        "charts": [(title, _course(latest, key, title)) for key, title in QUANTITIES],
        "over_sessions": _over_sessions(sessions),
        "sessions": sorted(((run, target) for target, runs in sessions.items() for run in runs),
                           key=lambda pair: pair[0].at, reverse=True)[:50],
    }


def _course(latest, key, title):
    series = {target: [(moment["seconds"], moment[key]) for moment in run.report.get("course", [])]
              for target, run in latest.items()}
    series = {target: points for target, points in series.items() if points}
    if not series:
        return None
    says = ", ".join(f"{target} ends with {points[-1][1]} after {points[-1][0]:.0f} s" for target, points in series.items())
    return charts.lines(f"{title} over the last session's time: {says}", "seconds", series)


def _over_sessions(sessions):
    series = {target: [(n, run.report["executions"] / max(run.report["seconds"], 0.001)) for n, run in enumerate(runs, 1)]
              for target, runs in sessions.items() if len(runs) > 1}
    return charts.lines("Executions a second in each session", "session", series, whole=True) if series else None
