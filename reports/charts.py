"""Charts: SVG that takes its colours from the page, with nothing in it that runs."""

from xml.etree import ElementTree

import pygal
from markupsafe import Markup
from pygal.style import Style

import words

SERIES = 6  # colours that the style sheet has

# Everything else about looks is in the style sheet: what pygal brings would be repeated in each chart.
_STYLE = Style(colors=("black",) * SERIES)
_SVG = "{http://www.w3.org/2000/svg}"


def lines(
    label: str, x_title: str, series: dict[str, list[tuple[float, float]]], steps: bool = False, whole: bool = False
) -> Markup:
    """Points joined by lines; `label` is what a screen reader says.

    `steps`: a value holds until the next point. `whole`: there is nothing between two values of x.
    """
    chart = pygal.XY(
        width=640,
        height=300,
        style=_STYLE,
        css=[],
        js=[],
        x_title=x_title,
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        show_legend=len(series) > 1,
        show_dots=not steps,
        dots_size=1.5,
        margin=6,
        margin_bottom=30 if len(series) > 1 else 6,  # pygal sets the legend below its own margin
        spacing=8,
        include_x_axis=True,
        max_scale=7,
        x_value_formatter=words.short,
        value_formatter=words.short,
        tooltip_fancy_mode=False,
    )
    if whole and all(len(points) <= 12 for points in series.values()):
        chart.x_labels = sorted({x for points in series.values() for x, _ in points})
    for name, points in series.items():
        chart.add(name, _stairs(points) if steps else points)
    return _bare(chart, label)


def sparkline(label: str, values: list[float]) -> Markup:
    """A row of values, as small as a word."""
    chart = pygal.Line(
        width=120,
        height=28,
        style=_STYLE,
        css=[],
        js=[],
        margin=2,
        spacing=0,
        show_legend=False,
        show_x_labels=False,
        show_y_labels=False,
        show_y_guides=False,
        show_dots=False,
    )
    chart.add("", values)
    return _bare(chart, label, "sparkline")


def _stairs(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    stairs = []
    for x, y in points:
        if stairs:
            stairs.append((x, stairs[-1][1]))
        stairs.append((x, y))
    return stairs


def _bare(chart, label: str, kind: str = "chart") -> Markup:
    """The SVG without pygal's script, links and date, as one picture with one name."""
    root = chart.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (_SVG + "defs", "defs", _SVG + "title", "title") or not isinstance(child.tag, str):
                parent.remove(child)
    for element in root.iter():
        element.attrib.pop("id", None)
    root.set("class", kind)
    root.set("role", "img")
    root.set("aria-label", label)
    text = ElementTree.tostring(root, encoding="unicode")
    return Markup(text.replace("ns0:", "").replace("xmlns:ns0", "xmlns"))
