"""The theorems: the last run of each."""


def content(history, tree):
    theorems = history.latest_by("proofs", "theorem", lambda report: report["theorems"])
    if not theorems:
        return None
    return {"theorems": [{"run": run, **theorem, "modes": _by_mode(theorem["units"])} for run, theorem in theorems]}


def _by_mode(units):
    """Units of one paging mode, summed."""
    rows = {}
    for unit in units:
        row = rows.setdefault(unit["mode"], {"units": 0, "paths": 0, "obligations": 0, "calls": 0, "seconds": 0.0, "verdict": "holds"})
        row["units"] += 1
        row["paths"] += unit["paths"]
        row["obligations"] += unit["discharged"] + unit["obvious"]
        row["calls"] += unit["solver_calls"]
        row["seconds"] += unit["cpu_seconds"]
        if unit["verdict"] != "holds":
            row["verdict"] = unit["verdict"]
    return rows
