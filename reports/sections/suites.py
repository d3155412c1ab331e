"""The test suites' JUnit reports."""

from datetime import datetime
from xml.etree import ElementTree


def content(history, tree):
    suites = []
    for file in sorted((history.directory / "test").glob("*.xml")):
        try:
            root = ElementTree.parse(file).getroot()
            suites.append(_suite(file.stem, root))
        except (ElementTree.ParseError, OSError, ValueError):
            history.problem(f"test/{file.name} is not a JUnit report and was skipped.")
    if not suites:
        return None
    return {"suites": suites, "slow": _slowest(suites), "failures": [t for s in suites for t in s["tests"] if t["failed"]]}


def _suite(name, root):
    tests = [_test(name, case) for case in root.iter("testcase")]
    return {
        "name": name,
        "tests": tests,
        "passed": sum(not t["failed"] and not t["skipped"] for t in tests),
        "failed": sum(t["failed"] for t in tests),
        "skipped": sum(t["skipped"] for t in tests),
        "seconds": float(root.get("time", 0)),
        "at": datetime.fromisoformat(root.get("timestamp")) if root.get("timestamp") else None,
    }


def _test(suite, case):
    status = case.get("status", "run")
    failed = status == "fail" or case.find("failure") is not None
    return {
        "suite": suite,
        "name": case.get("name", ""),
        "seconds": float(case.get("time", 0)),
        "failed": failed,
        "skipped": status in ("notrun", "disabled") or case.find("skipped") is not None,
        "output": (case.findtext("system-out") or "")[-8000:] if failed else "",
    }


def _slowest(suites):
    return sorted((t for s in suites for t in s["tests"]), key=lambda t: -t["seconds"])[:15]
