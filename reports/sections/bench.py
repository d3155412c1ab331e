"""The bench, run after run: what got worse, and which aims are missed."""

import statistics
from dataclasses import dataclass, field

import charts

BEFORE = 5  # how many earlier runs the last one is compared with, by their median


@dataclass
class Metric:
    name: str
    unit: str
    lower_is_better: bool
    tolerance: float  # a change by more than this share of the value before counts
    aim: float | None = None
    values: list = field(default_factory=list)  # (run, value), oldest first

    @property
    def now(self):
        return self.values[-1][1]

    @property
    def before(self):
        earlier = [value for _, value in self.values[:-1]][-BEFORE:]
        return statistics.median(earlier) if earlier else None

    @property
    def change(self):
        """As a share of the value before; None where there is none."""
        return None if not self.before else self.now / self.before - 1

    @property
    def worse(self):
        change = self.change
        return change is not None and (change if self.lower_is_better else -change) > self.tolerance

    @property
    def better(self):
        change = self.change
        return change is not None and (-change if self.lower_is_better else change) > self.tolerance

    @property
    def missed(self):
        return self.aim is not None and (self.now > self.aim if self.lower_is_better else self.now < self.aim)

    @property
    def line(self):
        if len(self.values) < 2:
            return ""
        return charts.sparkline(f"{len(self.values)} runs", [value for _, value in self.values[-30:]])


def content(history, tree):
    metrics = {}
    for run in history.runs("bench"):
        for metric, value in _measured(run.report):
            known = metrics.setdefault(metric.name, metric)
            known.aim = metric.aim
            known.values.append((run, value))
    if not metrics:
        return None
    ordered = list(metrics.values())
    return {
        "metrics": ordered,
        "worse": sum(metric.worse for metric in ordered),
        "missed": sum(metric.missed for metric in ordered),
    }


def _measured(report):
    """Ratios and counts only: seconds of one machine say nothing of another."""
    for speed in report.get("speed", []):
        name = f"{speed['target']}, {speed['preset']}: times slower than an empty target"
        yield Metric(name, "", True, 0.10, speed["aims"]["times_slower_than_empty"]), speed["times_slower_than_empty"]
    costs = report.get("costs", [])
    for cost in [costs | {"target": "mmu"}] if isinstance(costs, dict) else costs:  # once there was one target only
        exits = "instructions_an_exit" in cost
        name = f"{'a VM exit' if exits else 'an input'} of {cost['target']}"
        yield Metric(name, "instructions", True, 0.05), cost["instructions_an_exit" if exits else "instructions_an_input"]
    for count in report.get("instructions", []):
        for scale in ("by_pages", "by_mappers"):
            counts = [point["instructions"] for point in count[scale]]
            if counts:
                yield Metric(f"{count['operation']}, at most, {scale.replace('_', ' ')}", "instructions", True, 0.02), max(counts)
    for reached in report.get("coverage", []):
        for what in ("lines", "arms"):
            yield (Metric(f"{reached['rooms']}: {what} covered", "%", False, 0.005, reached["aims"][f"{what}_percent"]),
                   reached[f"{what}_percent"])
