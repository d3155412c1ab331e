"""Numbers and times as people read them."""

from datetime import datetime


def short(number: float) -> str:
    """1234567 as "1.23M"; small ones as they are."""
    number = float(number)
    if abs(number) < 1000:
        return f"{number:.0f}" if number == int(number) else f"{number:.3g}"
    for suffix in ("k", "M", "G", "T"):
        number /= 1000
        if abs(number) < 1000 or suffix == "T":
            digits = 2 if abs(number) < 10 else 1 if abs(number) < 100 else 0
            return f"{number:.{digits}f}{suffix}"
    raise AssertionError("not reached")


def grouped(number: float) -> str:
    """1234567 as "1 234 567", with spaces that do not break."""
    return f"{number:,.0f}".replace(",", "\u202f")


def seconds(number: float) -> str:
    """A duration: "0.3 s", "75 s", "3 min", "2.0 h"."""
    if number < 10:
        return f"{number:.1f} s"
    if number < 120:
        return f"{number:.0f} s"
    return f"{number / 60:.0f} min" if number < 7200 else f"{number / 3600:.1f} h"


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


FILTERS = {f.__name__: f for f in (short, grouped, seconds, percent, moment)}
