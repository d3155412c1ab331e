"""Which lines fuzzing reaches, and the theorems: by file, with the source."""

from source import annotated


def content(history, tree):
    measured = {}
    for run in history.runs("bench"):
        for rooms in run.report.get("coverage", []):
            for file in rooms["files"]:
                measured[file["file"]] = (run, rooms, file)
    if not measured:
        return None
    proved = _proved(history)
    files = []
    for name in sorted(measured):
        run, rooms, file = measured[name]
        text = tree.source(name, run.commit, run.changed)
        files.append({
            "file": name,
            "id": "source:" + name,
            "run": run,
            "seconds": rooms["seconds"],
            "lines": file["lines"],
            "missed_lines": file["missed_lines"],
            "arms": file["arms"],
            "missed_arms": file["missed_arms"],
            "unexplained": sum(not miss["why"] for miss in file["missed_lines"] + file["missed_arms"]),
            "proved": proved.get(name),
            "source": annotated(name, text, file["missed_lines"], file["missed_arms"]) if text is not None else None,
        })
    return {"files": files, "rooms": _rooms(files)}


def _proved(history):
    """For each file that a theorem runs, how many of its lines some theorem runs, and of how many."""
    lines, missed = {}, {}
    for _, theorem in history.latest_by("proofs", "theorem", lambda report: report["theorems"]):
        for file in theorem["covered"]:
            name = file["file"]
            lines[name] = max(lines.get(name, 0), file["lines"])
            missed[name] = missed[name] & set(file["missed"]) if name in missed else set(file["missed"])
    return {name: (lines[name] - len(missed[name]), lines[name]) for name in lines if lines[name]}


def _rooms(files):
    rooms = {}
    for file in files:
        room = rooms.setdefault(file["file"].rsplit("/", 1)[0], {"lines": 0, "missed": 0, "arms": 0, "missed_arms": 0})
        room["lines"] += file["lines"]
        room["missed"] += len(file["missed_lines"])
        room["arms"] += file["arms"]
        room["missed_arms"] += len(file["missed_arms"])
    return rooms
