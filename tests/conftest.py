"""What all tests share: in continuous integration, a test that skips fails, unless its reason is a known one.

A skipped test is one that nobody runs: `.ci/run` sets ESSAIS_SANS_SAUT, and pytest's own summary then tells the truth.
"""

import os
import re
from collections.abc import Generator
from typing import TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

# What a machine may lack for good reasons: the reference data are not ours to publish.
ADMIS = (re.compile(r"officiel absent"),)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test's report."""
    return _refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The report on a file that is read: it may ask to be skipped whole."""
    return _refuse_skip((yield))


def _refuse_skip(report: Report) -> Report:
    if not report.skipped or hasattr(report, "wasxfail") or not os.environ.get("ESSAIS_SANS_SAUT"):
        return report
    raison = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not any(admis.search(raison) for admis in ADMIS):
        report.outcome = "failed"
        report.longrepr = f"{raison}\nThis test may not be skipped here: install what it needs."
    return report
