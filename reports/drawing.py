"""Drawn page tables, as tools/run/drawing.hpp describes them, made ready to be shown."""

FOLD = 6  # so many entries in a row, or more, that are neither on the path nor wrong are folded


def ready(drawing):
    """The drawing, with `rows` in each table: an entry, or a list of those that are folded. Null stays null."""
    return drawing and drawing | {side: _ready(drawing[side]) for side in ("guest", "shadow")}


def disagreements(drawing):
    """Sentences about shadow entries: where they are and what is wrong."""
    said = []

    def visit(table):
        for entry in table["entries"]:
            if entry["wrong"]:
                said.append(f"{table['name']}, entry {entry['first']}: {entry['wrong']}")
            if "table" in entry:
                visit(entry["table"])

    if drawing:
        visit(drawing["shadow"])
    return said


def _ready(table):
    rows, plain = [], []

    def put_plain():
        rows.extend([plain[:]] if len(plain) >= FOLD else plain)
        plain.clear()

    for entry in table["entries"]:
        if "table" in entry:
            entry = entry | {"table": _ready(entry["table"])}
        if entry["on_path"] or entry.get("leads_to_wrong", False):
            put_plain()
            rows.append(entry)
        else:
            plain.append(entry)
    # A table that has nothing else is not hidden altogether.
    if rows:
        put_plain()
    else:
        rows = plain
    return table | {"rows": rows}
