"""What fuzzing has found, with the tables of the moment; and what triage has made of it."""

from pathlib import PurePath

from drawing import disagreements, ready


def content(history, tree):
    drawn = {found["input"]: found for found in _drawn(history)}
    triaged = _triaged(history, drawn)
    seen = {_short(input_) for finding in triaged for input_ in finding["inputs"]}
    raw = [found for input_, found in drawn.items() if _short(input_) not in seen]
    if triaged or raw:
        return {"triaged": triaged, "raw": raw}
    sessions = [run.report for name in history.names("fuzz-*") for run in history.runs(name)]
    lost = sum(report["finding"] is not None for report in sessions)
    return {"triaged": [], "raw": [], "sessions": len(sessions), "lost": lost} if sessions else None


def _drawn(history):
    """As the fuzzer left them, with how each ran."""
    for file, story in history.documents("findings/*.json"):
        target, invariant, hash_ = file.stem.rsplit("-", 2)
        yield {
            "id": file.stem,
            "target": target,
            "invariant": invariant,
            "input": f"build/findings/{target}/{invariant}-{hash_}",
            "story": story,
            "drawing": ready(story["drawing"]),
            "last_op": _last_op(story["lines"]),
            "disagreements": disagreements(story["drawing"]),
        }


def _triaged(history, drawn):
    """One for each defect, as far as triage can tell, with the drawing of one of its inputs."""
    by_name = {_short(input_): found for input_, found in drawn.items()}
    triaged = []
    for file, record in history.documents("../triage/*/finding.json"):
        inputs = record["inputs"]
        shown = next((by_name[_short(i)] for i in inputs if _short(i) in by_name), None)
        triaged.append({
            **record,
            "name": file.parent.name,
            "directory": f"build/triage/{file.parent.name}",
            "frames": [f"{frame['function']} ({frame['file']}:{frame['line']})" for frame in record["stack"]],
            # Triage draws the reduced input; what dies before it is drawn may have been drawn by the fuzzer.
            "drawing": ready(record.get("drawing")) or (shown["drawing"] if shown else None),
            "reduced": bool(record.get("drawing")),
            "disagreements": disagreements(record.get("drawing")) or (shown["disagreements"] if shown else []),
        })
    return triaged


def _short(input_):
    """An input's name without the directories before its target's, and without that it is text."""
    path = PurePath(input_)
    return "/".join(path.parts[-2:-1] + (path.name.removesuffix(".ops").removesuffix(".insn"),))


def _last_op(lines):
    """The lines about the op at which it showed: the last block but the one with the totals."""
    blocks = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    blocks = [block for block in blocks if block]
    return blocks[-2] if len(blocks) > 1 else blocks[-1] if blocks else []
