"""Mutants that nobody chose: how many are killed, by whom, and what is left of them."""


def content(history, tree):
    parts = [report for _, report in history.documents("mutate-*.json")]
    if not parts:
        return None
    return {
        "parts": parts,
        "left": [(report["part"], mutant) for report in parts for mutant in report["mutants"]
                 if mutant["fate"] in ("survived", "late")],
    }
