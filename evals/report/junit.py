"""The gates as a JUnit file, which every build server can show."""

from xml.etree.ElementTree import Element, SubElement, tostring

from evals.evaluation import Evaluation


def as_junit(evaluation: Evaluation) -> str:
    """One test case a gate; what could not be scored is skipped, in words."""
    held = [verdict.held for verdict in evaluation.verdicts]
    suite = Element(
        "testsuite",
        name=f"evals: {evaluation.run.title}",
        tests=str(len(held)),
        failures=str(held.count("fails")),
        skipped=str(held.count("not scored")),
    )
    for verdict in evaluation.verdicts:
        test = SubElement(suite, "testcase", classname="evals.gates", name=verdict.gate)
        if verdict.held == "fails":
            SubElement(test, "failure", message=_plain(verdict.text)).text = _plain("\n".join(verdict.cases))
        elif verdict.held == "not scored":
            SubElement(test, "skipped", message=_plain(verdict.text))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suite, encoding="unicode") + "\n"


def _plain(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c for c in text if c in "\n\t" or c >= " ")
