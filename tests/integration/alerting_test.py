#!/usr/bin/env python3
"""metrics/prometheus/ as Prometheus would take it, against what a real engine exposes."""

import pathlib
import re
import unittest

import machiai_test
import yaml
from promql import promtool, selectors, series_of, unknown

SOURCE = pathlib.Path(__file__).resolve().parents[2]
RULES = SOURCE / "metrics/prometheus"
RULE_FILES = ("objectives.yml", "alerts.yml")


def rules():
    for name in RULE_FILES:
        for group in yaml.safe_load((RULES / name).read_text())["groups"]:
            yield from group["rules"]


def anchors(text):
    """Where a link into a Markdown file may lead."""
    headings = re.findall(r"(?m)^#+ (.+)$", text)
    return {re.sub(r"[^\w -]", "", x).strip().lower().replace(" ", "-") for x in headings}


class rules_test(unittest.TestCase):
    def test_promtool_has_no_complaint(self):
        self.assertIsNone(promtool("check", "config", RULES / "prometheus.yml"))
        self.assertIsNone(promtool("check", "rules", *(RULES / x for x in RULE_FILES)))

    def test_alerts_fire_when_they_must_and_only_then(self):
        self.assertIsNone(promtool("test", "rules", *sorted((RULES / "tests").glob("*.yml"))))

    def test_every_alert_is_seen_to_fire(self):
        tested = "".join(x.read_text() for x in (RULES / "tests").glob("*.yml"))
        for rule in rules():
            if "alert" in rule:
                self.assertIn(f'alertname="{rule["alert"]}"', tested)

    def test_every_alert_says_what_is_wrong_and_what_to_do(self):
        slos = {x["labels"]["slo"] for x in rules() if "slo" in x.get("labels", {})}
        there = anchors((SOURCE / "docs/operations.md").read_text())
        for rule in rules():
            if "alert" not in rule:
                continue
            self.assertIn(rule["labels"]["severity"], ("page", "ticket"))
            self.assertGreater(len(rule["annotations"]["summary"]), 20)
            file, anchor = rule["annotations"]["runbook"].split("#")
            self.assertEqual(file, "docs/operations.md")
            for slo in slos:
                self.assertIn(anchor.replace("{{ $labels.slo }}", slo), there, rule["alert"])

    def test_the_windows_of_an_objective_differ_in_nothing_else(self):
        by_window = {}
        for rule in rules():
            if match := re.fullmatch(r"(.+:increase)(\w+)", rule.get("record", "")):
                expression = rule["expr"].replace(f"[{match[2]}]", "[…]")
                by_window.setdefault(match[2], set()).add((match[1], rule["labels"]["slo"], expression))
        self.assertEqual(set(by_window), {"5m", "30m", "1h", "6h", "3d"})
        self.assertEqual(len(by_window["5m"]), 6)
        for window, recorded in by_window.items():
            self.assertEqual(recorded, by_window["5m"], window)

    def test_the_check_of_names_can_fail(self):
        series = series_of('a_b{x="1"} 2\nmachiai_things_total{kind="good"} 3\n')
        self.assertEqual(list(unknown('rate(machiai_things_total{kind="good"}[5m])', series)), [])
        for wrong in ("machiai_thing_total", 'machiai_things_total{kind="bad"}', 'machiai_things_total{kind=~"good|bad"}'):
            self.assertTrue(list(unknown(f"sum(rate({wrong}[5m]))", series)), wrong)
        self.assertEqual(selectors("sum by (job) (x:y:z) / up")[0][0], "x:y:z")


class engine_test(machiai_test.TestCase):
    def test_every_series_of_a_rule_exists(self):
        text = self.engine().admin("/metrics").text
        series, recorded = series_of(text), {x["record"] for x in rules() if "record" in x}
        asked = 0
        for rule in rules():
            with self.subTest(rule=rule.get("alert") or rule["record"]):
                asked += len(selectors(rule["expr"]))
                self.assertEqual(list(unknown(rule["expr"], series, recorded)), [])
        self.assertGreater(asked, 60)

    def test_promtool_likes_what_the_engine_exposes(self):
        self.assertIsNone(promtool("check", "metrics", stdin=self.engine().admin("/metrics").text))


if __name__ == "__main__":
    machiai_test.main()
