"""The last boot: which guests ran under umbra.ko, and what they cost."""

FIGURES = [("exits", " exits"), ("faults served", "vm pf_fixed"), ("given to the guest", "vm pf_guest"),
           ("tables built", "vm cache_miss"), ("flushes of all", "vm remote_tlb_flush"), ("checks", "vm checks")]


def content(history, tree):
    runs = history.runs("boot")
    if not runs:
        return None
    last = runs[-1]
    guests = [(name, [sum(value for key, value in figures.items() if key.endswith(end)) for _, end in FIGURES])
              for name, figures in sorted(last.report["guests"].items())]
    return {"run": last, "kernel": last.report["kernel"], "faults": last.report["faults"], "guests": guests,
            "titles": [title for title, _ in FIGURES], "boots": runs[-20:]}
