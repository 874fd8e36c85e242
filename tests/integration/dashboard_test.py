#!/usr/bin/env python3
"""metrics/grafana/machiai.json as data: its form, its expressions, and that each returns something from a Prometheus that
scrapes an engine under load. Nobody here has seen it in Grafana."""

import copy
import itertools
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

import machiai_test
import yaml
from machiai_test import EXE
from prometheus_server import PrometheusServer
from promql import promtool, series_of, unknown

SOURCE = pathlib.Path(__file__).resolve().parents[2]
GRAFANA = SOURCE / "metrics/grafana"
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
ROWS = ["Traffic", "Errors", "Latency", "Saturation", "Correctness", "Billing"]
# What Grafana would put in their place.
VARIABLES = {"$__rate_interval": "15s", "$instance": ".*"}


def load():
    return json.loads((GRAFANA / "machiai.json").read_text())


def expressions(dashboard):
    """(panel's title, expression with every variable replaced)."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            text = target["expr"]
            for name, value in VARIABLES.items():
                text = text.replace(name, value)
            yield panel["title"], text


def recorded():
    groups = yaml.safe_load((SOURCE / "metrics/prometheus/objectives.yml").read_text())["groups"]
    return {rule["record"] for group in groups for rule in group["rules"]}


def overlap(a, b):
    return a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]


def faults(dashboard):
    """What is wrong with a dashboard's form."""
    panels = dashboard["panels"]
    ids = [panel["id"] for panel in panels]
    if len(set(ids)) != len(ids):
        yield "an id twice"
    for a, b in itertools.combinations(panels, 2):
        if overlap(a["gridPos"], b["gridPos"]):
            yield f"{a['title']} and {b['title']} overlap"
    for panel in panels:
        place = panel["gridPos"]
        if place["x"] < 0 or place["x"] + place["w"] > 24 or place["h"] < 1:
            yield f"{panel['title']} is off the grid"
        if panel["type"] == "row":
            continue
        if not panel["title"] or not panel["description"] or not panel["targets"]:
            yield f"{panel['title']} says too little"
        if not panel["fieldConfig"]["defaults"]["unit"]:
            yield f"{panel['title']} has no unit"
        if any(x["datasource"] != DATASOURCE for x in (panel, *panel["targets"])):
            yield f"{panel['title']} names a data source of its own"
        if len({x["refId"] for x in panel["targets"]}) != len(panel["targets"]):
            yield f"{panel['title']} has a refId twice"
    titles = [panel["title"] for panel in panels]
    if len(set(titles)) != len(titles):
        yield "a title twice"


class form_test(unittest.TestCase):
    def test_it_is_what_the_generator_writes(self):
        check = subprocess.run([sys.executable, GRAFANA / "make_dashboard.py", "--check"], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, check.stderr)

    def test_rows_ids_places_and_data_source(self):
        dashboard = load()
        self.assertEqual(list(faults(dashboard)), [])
        self.assertEqual([x["title"] for x in dashboard["panels"] if x["type"] == "row"], ROWS)
        self.assertRegex(dashboard["uid"], r"^[\w-]{1,40}$")
        for variable in dashboard["templating"]["list"]:
            self.assertIn(variable.get("datasource", DATASOURCE), (DATASOURCE,))

    def test_faults_are_found(self):
        def damaged(change):
            dashboard = copy.deepcopy(load())
            change(dashboard["panels"])
            return list(faults(dashboard))

        self.assertTrue(damaged(lambda x: x[1].update(id=x[2]["id"])))
        self.assertTrue(damaged(lambda x: x[1].update(gridPos=dict(x[2]["gridPos"]))))
        self.assertTrue(damaged(lambda x: x[1]["targets"][0].update(datasource={"type": "prometheus", "uid": "mine"})))

    def test_promtool_understands_every_expression(self):
        rules = [{"record": f"panel:{i}", "expr": x} for i, (_, x) in enumerate(expressions(load()))]
        self.assertGreater(len(rules), 40)
        self.assertNotIn("$", "".join(x["expr"] for x in rules))
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}, file)
            file.flush()
            self.assertIsNone(promtool("check", "rules", file.name))


class data_test(machiai_test.TestCase):
    def test_every_series_of_a_panel_exists(self):
        series = series_of(self.engine().admin("/metrics").text)
        for title, expression in expressions(load()):
            with self.subTest(panel=title):
                self.assertEqual(list(unknown(expression, series, recorded())), [])

    def test_every_panel_shows_something_while_an_engine_works(self):
        engine = self.engine(settings={"synthetic": {"interval_ms": 500}})
        prometheus = PrometheusServer(engine)
        self.addCleanup(prometheus.stop)
        self.visit_and_come_back(engine)
        command = [EXE, "simulate", "--url", f"http://{engine.address}", "--admin-token", engine.operator_token]
        command += ["--rate", "3", "--minutes", "10"]
        load_maker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(load_maker.wait)
        self.addCleanup(load_maker.kill)
        missing = list(expressions(load()))
        deadline = time.monotonic() + 120
        while missing and time.monotonic() < deadline:
            self.visit_and_come_back(engine)
            missing = [(title, x) for title, x in missing if not self.says_something(prometheus, x)]
        self.assertEqual(missing, [])
        self.assertEqual(prometheus.query('ALERTS{alertstate="firing",severity="page"}'), [])

    def says_something(self, prometheus, expression):
        return any(not math.isnan(value) for _, value in prometheus.query(expression))

    def visit_and_come_back(self, engine):
        """What simulate does not do: a clinic that wakes, a statement, a consultation ended by staff, a resume."""
        self.clinics = getattr(self, "clinics", 0) + 1
        engine.put(f"/v1/clinics/new-{self.clinics}", {"name": "New"})
        engine.seed_visit("r1", "p1", "d1")
        engine.get("/v1/clinics/c1/usage?month=2026-04")
        desk = engine.connect("staff", "desk")
        position = desk.position
        desk.close()
        engine.connect("staff", "desk", resume=position).close()


if __name__ == "__main__":
    machiai_test.main()
