"""What fuzzing has found, with the tables of the moment."""


def content(history, tree):
    found = []
    for file, story in history.documents("findings/*.json"):
        target, name = file.stem.split("-", 1)
        found.append({
            "id": file.stem,
            "target": target,
            "invariant": name.rsplit("-", 1)[0],
            "input": f"build/findings/{target}/{name}",
            "story": story,
            "last_op": _last_op(story["lines"]),
            "disagreements": _disagreements(story["drawing"]),
        })
    if found:
        return {"found": found}
    sessions = sum(len(history.runs(name)) for name in history.names("fuzz-*"))
    return {"found": [], "sessions": sessions} if sessions else None


def _last_op(lines):
    """The lines about the op at which it showed: all after the last empty line but the totals'."""
    blocks = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    blocks = [block for block in blocks if block]
    return blocks[-2] if len(blocks) > 1 else blocks[-1] if blocks else []


def _disagreements(drawing):
    """Sentences about shadow entries: where they are and what is wrong."""
    if not drawing:
        return []
    said = []

    def visit(table):
        for entry in table["entries"]:
            if entry["wrong"]:
                said.append(f"{table['name']}, entry {entry['first']}: {entry['wrong']}")
            if "table" in entry:
                visit(entry["table"])

    visit(drawing["shadow"])
    return said
