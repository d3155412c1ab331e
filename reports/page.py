"""The page: every section filled from what the verbs have kept, in one file that needs no other."""

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError
from markupsafe import Markup

import words
from history import History
from sections import SECTIONS
from tree import Tree

TEMPLATES = Path(__file__).parent / "templates"


def render(history: History, tree: Tree, now: datetime) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(words.FILTERS)
    filled = []
    for section in SECTIONS:
        try:
            content = section.content(history, tree)
            shown = content and Markup(environment.get_template(f"{section.id}.html").render(c=content))
            behind = content and section.behind and Markup(environment.get_template(section.behind).render(c=content))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, UndefinedError) as problem:
            # A report of another version of the tools is no reason to show nothing of the others.
            history.problem(f"What is kept of {section.title} cannot be read ({type(problem).__name__}: {problem});"
                            f" run {section.command} again.")
            shown = behind = None
        filled.append((section, shown, behind))
    return environment.get_template("page.html").render(
        sections=filled, tree=tree.name(), now=now, problems=history.problems, style=_inlined("style.css"), script=_inlined("script.js")
    )


def _inlined(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text())
