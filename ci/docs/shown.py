#!/usr/bin/python3
"""Whether what the documents show is so.

shown.py ROOT           what takes no time: links lead somewhere, every command has its verb and its options, the table of
                        verbs is that of the help, and quick commands are run
shown.py ROOT --all     runs every command that a console block shows, in order, in a clone of what is committed, and
                        compares what they print; takes half an hour

In a console block, `$` begins a command, `...` stands for any lines, and words with digits, slashes or quotes in them differ
from run to run. Of a line that says what was found, its first word counts.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

QUICK = ("run", "ops", "man", "completion")  # verbs that take no time once the command line is built (UMBRA_CLI names it)
OUTSIDE = ("http://", "https://", "mailto:")


def documents(root):
    rooms = [room for room in root.iterdir() if room.is_dir() and room.name != "build"]
    return sorted([*root.glob("*.md"), *(document for room in rooms for document in room.rglob("*.md"))])


def blocks(text, language):
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)


def anchors(text):
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_links(document, root):
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text(), flags=re.DOTALL)
    for where in re.findall(r"\]\(([^)\s]+)\)", prose):
        if where.startswith(OUTSIDE):
            continue
        path, _, anchor = where.partition("#")
        target = document.parent / path if path else document
        if not target.exists():
            yield f"{document.relative_to(root)}: {where} leads nowhere"
        elif anchor and anchor not in anchors(target.read_text()):
            yield f"{document.relative_to(root)}: {path} has no heading #{anchor}"


def commands(document):
    """Every command that is shown: in console and shell blocks, indented, and in the text where it begins with ./umbra."""
    text = document.read_text()
    for block in blocks(text, "console"):
        yield from (line[2:] for line in block.splitlines() if line.startswith("$ "))
    for block in blocks(text, "sh"):
        yield from (line.strip() for line in block.splitlines() if line.strip())
    yield from re.findall(r"`(\./umbra [^`\n]*)`", text)


def check_command(command, root):
    words = command.replace("<(", " ").replace(")", " ")
    try:
        words = shlex.split(words, comments=True)
    except ValueError:
        yield "cannot be split into words"
        return
    if words[:2] == ["git", "apply"] and "-R" not in words:
        if subprocess.run(["git", "apply", "--check", *words[2:]], cwd=root, capture_output=True).returncode != 0:
            yield "the patch does not apply"
    while "./umbra" in words:
        words = words[words.index("./umbra") + 1:]
        verb = next((word for word in words if not word.startswith("-")), None)
        if verb is None or verb == "VERB":
            continue
        help_ = root / "tools" / "help" / f"{verb}.txt"
        if not re.fullmatch("[a-z-]+", verb) or not help_.exists():
            yield f"there is no verb {verb}"
            continue
        known = set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", help_.read_text())) | {"--help", "--no-install"}
        end = words.index("|") if "|" in words else len(words)
        for word in words[:end]:
            if word.startswith("-") and word.split("=")[0] not in known:
                yield f"{verb} has no option {word}"


def check_verbs(root):
    """The table of the README is that of the help."""
    of_help = dict(re.findall(r"^  ([a-z-]+) +(.*)$", (root / "tools/help/umbra.txt").read_text(), re.MULTILINE))
    table = re.search(r"^\| verb \| does \|\n\|.*\n((?:\|.*\n)+)", (root / "README.md").read_text(), re.MULTILINE)
    of_readme = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", table[1], re.MULTILINE)) if table else {}
    for verb in of_help.keys() | of_readme.keys():
        if of_help.get(verb) != of_readme.get(verb):
            yield f"README.md says of {verb}: {of_readme.get(verb)}; ./umbra --help: {of_help.get(verb)}"
    for verb in of_help:
        if not (root / "tools" / "help" / f"{verb}.txt").exists():
            yield f"tools/help/{verb}.txt is missing"


def words_of(line):
    return [None if re.search(r"[\d/'\"]", word) else word for word in line.split()]


def alike(shown, printed):
    a, b = words_of(shown), words_of(printed)
    if a[:1] == ["finding"]:
        return b[:1] == ["finding"]
    return len(a) == len(b) and all(x is None or y is None or x == y for x, y in zip(a, b))


def unlike(shown, printed):
    """The first line that is shown and was not printed where it should be, or None."""
    places = {0}  # where in `printed` one may be, after the lines shown so far
    for line in shown:
        if line.strip() == "...":
            places = set(range(min(places), len(printed) + 1))
            continue
        after = {at + 1 for at in places if at < len(printed) and alike(line, printed[at])}
        if not after:
            return line
        places = after
    return None if len(printed) in places else printed[min(places)]


def run_block(block, tree, name, only=None):
    """`only`: verbs whose commands are run; None: all commands."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
    for command, output in zip(parts[::2], parts[1::2]):
        words = command.split()
        if only is not None and not (words[0] == "./umbra" and words[1] in only):
            continue
        print(f"{name}: $ {command}", flush=True)
        if only is not None and words[1] in ("run", "ops"):
            command = command.replace("./umbra", os.environ.get("UMBRA_CLI", "./umbra"), 1)
        done = subprocess.run(["bash", "-c", command], cwd=tree, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        missed = unlike(output.splitlines(), done.stdout.splitlines())
        if missed is not None:
            yield f"{name}: `{command}` is shown with '{missed}', which it did not print so; it printed:\n{done.stdout}"
        if done.returncode > 1:
            yield f"{name}: `{command}` ended with {done.returncode}"


def run_all(root):
    with tempfile.TemporaryDirectory(prefix="umbra-shown-") as scratch:
        tree = Path(scratch) / "umbra"
        subprocess.run(["git", "clone", "--quiet", root, tree], check=True)
        for document in documents(tree):
            for block in blocks(document.read_text(), "console"):
                yield from run_block(block, tree, document.relative_to(tree))


def main():
    root = Path(sys.argv[1]).resolve()
    problems = list(check_verbs(root))
    for document in documents(root):
        name = document.relative_to(root)
        problems += check_links(document, root)
        for command in commands(document):
            problems += (f"{name}: `{command}`: {problem}" for problem in check_command(command, root))
        if "--all" not in sys.argv:
            for block in blocks(document.read_text(), "console"):
                problems += run_block(block, root, name, QUICK)
    if "--all" in sys.argv:
        problems += run_all(root)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
