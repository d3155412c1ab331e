"""Sessions of ./umbra fuzz: how the last one of each target went, and the ones before."""

import charts

QUANTITIES = [
    ("executions", "Executions"),
    ("coverage", "Coverage, edges"),
    ("corpus", "Corpus, inputs"),
]
BY_SESSION = [
    ("Executions a second", lambda report: report["executions"] / max(report["seconds"], 0.001)),
    ("Coverage, edges", lambda report: report["coverage"]),
    ("Corpus, inputs", lambda report: report["corpus"]),
]
RECENT = 100  # sessions that a chart shows


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
        "charts": [(title + " over the last session", course(latest, key, title)) for key, title in QUANTITIES]
                  + [(title + ", session by session", _over_sessions(sessions, value, title)) for title, value in BY_SESSION],
        "sessions": sorted(((run, target) for target, runs in sessions.items() for run in runs),
                           key=lambda pair: pair[0].at, reverse=True)[:50],
    }


def course(latest, key, title):
    # AFL++ does not count edges before its first summary: a 0 there is no measurement.
    series = {target: [(moment["seconds"], moment[key]) for moment in run.report.get("course", [])
                       if moment[key] != 0 or key == "executions"]
              for target, run in latest.items()}
    series = {target: points for target, points in series.items() if points}
    if not series:
        return None
    says = ", ".join(f"{target} ends with {points[-1][1]} after {points[-1][0]:.0f} s" for target, points in series.items())
    return charts.lines(f"{title} over the last session's time: {says}", "seconds", series)


def _over_sessions(sessions, value, title):
    series = {target: [(n, value(run.report)) for n, run in enumerate(runs[-RECENT:], 1)]
              for target, runs in sessions.items() if len(runs) > 1}
    return charts.lines(f"{title} in each of the last sessions", "session", series, whole=True) if series else None
