"""A source file with what was not reached marked in it."""

from dataclasses import dataclass

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import CppLexer

_FORMAT = HtmlFormatter(nowrap=True)
_LEXER = CppLexer(stripnl=False, ensurenl=True)


@dataclass(frozen=True)
class Line:
    number: int
    code: Markup
    missed: bool  # never reached
    half: bool  # reached, but a condition on it always went one way
    notes: list[str]


def annotated(file: str, text: str, missed_lines: list[dict], missed_arms: list[dict]) -> list[Line]:
    """`missed_lines` and `missed_arms` as ./umbra bench leaves them in JSON."""
    lines = {miss["line"]: _why("never reached", miss) for miss in missed_lines}
    arms: dict[int, list[str]] = {}
    for miss in missed_arms:
        what = f"column {miss['column']}: never {'true' if miss['never'] else 'false'}"
        arms.setdefault(miss["line"], []).append(_why(what, miss))
    result = []
    for number, code in enumerate(highlight(text, _LEXER, _FORMAT).splitlines(), 1):
        notes = ([lines[number]] if number in lines else []) + arms.get(number, [])
        result.append(Line(number, Markup(code), number in lines, number not in lines and number in arms, notes))
    return result


def _why(what: str, miss: dict) -> str:
    return f"{what}: {miss['why']}" if miss["why"] else f"{what}, and nothing explains why"
