#!/usr/bin/env python3
"""docs/ says what the sources and the program say: error codes, close codes, the access table, every frame."""

import json
import pathlib
import re
import subprocess
import unittest

import contracts
import machiai_test

SOURCE = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = SOURCE / "tests/golden/frames"
COMMON = "protocol/schema/common.json"


def rows(heading):
    """The cells of the table below a heading of docs/protocol.md."""
    section = (contracts.DOCS / "protocol.md").read_text().split(f"\n## {heading}\n", 1)[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = value.values()
    if isinstance(value, (list, type({}.values()))):
        for item in value:
            yield from references(item)


def frames_of(side):
    """The names of the frames of the `client` or the `server` in asyncapi.yaml."""
    asyncapi = contracts.document("protocol/asyncapi.yaml")
    frames = set()
    for name, message in asyncapi["components"]["messages"].items():
        if message["payload"]["schema"]["$ref"].startswith(f"schema/{side}.json#"):
            frames.add(name)
    return frames


def golden_frames(side):
    """The text of every golden frame, by the name of its file without ending."""
    files = {path.stem: path.read_text().splitlines() for path in GOLDEN.glob("*.jsonl")}
    return {name: lines for name, lines in files.items() if (name == "client") == (side == "client")}


class docs_test(unittest.TestCase):
    def test_every_metric_that_operations_names_exists(self):
        known = set(re.findall(r'"(machiai_\w+)"', (SOURCE / "metrics/names.hpp").read_text()))
        named = set(re.findall(r"machiai_\w+", (contracts.DOCS / "operations.md").read_text()))
        self.assertTrue(named)
        self.assertEqual(named - known, set())

    def test_every_error_code_with_its_meaning(self):
        source = (SOURCE / "config/error.cpp").read_text()
        found = re.findall(r'\{\s*"(\w+)",\s*(true|false),\s*"([^"]*)"\s*\}', source)
        codes = {code: ("yes" if retry == "true" else "no", meaning) for code, retry, meaning in found}
        self.assertEqual({code: (retry, meaning) for code, retry, meaning in rows("Errors")}, codes)
        self.assertEqual(set(contracts.document(COMMON)["$defs"]["error_code"]["enum"]), set(codes))

    def test_every_close_code(self):
        source = (SOURCE / "gateway/close_code.hpp").read_text()
        documented = {row[0] for row in rows("When the socket closes")}
        self.assertEqual({x for x in documented if x.startswith("4")}, set(re.findall(r"= (4\d{3})", source)))

    def test_the_access_table(self):
        words = {"deny": "", "any_clinic": "any", "own_clinic": "own", "own_room": "room"}
        table = json.loads(subprocess.check_output([machiai_test.EXE, "access-table"]))
        roles = contracts.document(COMMON)["$defs"]["role"]["enum"]
        expected = [[command, *(words[cells[role]] for role in roles)] for command, cells in table.items()]
        self.assertEqual(rows("Who may do what"), expected)

    def test_every_event_name(self):
        names = set()
        for file in SOURCE.glob("store/*_events.hpp"):
            names |= set(re.findall(r'kind = "([\w.]+)"', file.read_text()))
        self.assertEqual(set(contracts.document(COMMON)["$defs"]["event_name"]["enum"]), names)

    def test_asyncapi_names_every_frame(self):
        asyncapi = contracts.document("protocol/asyncapi.yaml")
        sides = {"client": "receive", "server": "send"}
        for side, action in sides.items():
            frames = [x["$ref"].rsplit("/", 1)[1] for x in contracts.document(f"protocol/schema/{side}.json")["oneOf"]]
            said = []
            for operation in asyncapi["operations"].values():
                if operation["action"] == action:
                    said += operation["messages"]
                elif side == "server":
                    said += operation["reply"]["messages"]
            self.assertEqual({x["$ref"].rsplit("/", 1)[1] for x in said}, set(frames))
            for frame in frames:
                payload = asyncapi["components"]["messages"][frame]["payload"]["schema"]
                self.assertEqual(payload["$ref"], f"schema/{side}.json#/$defs/{frame}")

    def test_every_frame_has_a_golden_one_that_is_as_documented(self):
        for side in ("client", "server"):
            types = set()
            for name, lines in golden_frames(side).items():
                for line in lines:
                    with self.subTest(file=name, frame=line[:200]):
                        self.assertIsNone(contracts.frame_complaint(side, line))
                        kind = json.loads(line)["type"]
                        self.assertIn(name.split("_")[0], (kind, "client"))
                        types.add(kind)
            self.assertEqual(types, frames_of(side))

    def test_the_golden_frames_show_every_form(self):
        told = {name: [json.loads(line) for line in lines] for name, lines in golden_frames("server").items()}
        name = "protocol/schema/server.json"
        for kind in ("event", "reply"):
            for form in references(contracts.document(name)["$defs"][kind]["oneOf"]):
                with self.subTest(form=form):
                    self.assertTrue([x for x in told[kind] if not contracts.complaint(name, form[1:], x)])
        common = contracts.document(COMMON)["$defs"]
        self.assertEqual({x["name"] for x in told["event"]}, set(common["event_name"]["enum"]))
        self.assertEqual({x["error"]["code"] for x in told["error"]}, set(common["error_code"]["enum"]))
        self.assertEqual({x["role"] for x in told["welcome"]}, set(common["role"]["enum"]) - {"operator"})
        outcomes = contracts.document(name)["$defs"]["welcome"]["properties"]["outcome"]["enum"]
        self.assertEqual({x["outcome"] for x in told["welcome"]}, set(outcomes))
        for view in ("patient", "guest"):
            visits = [x["visit"] for x in told[f"visit_{view}"]]
            self.assertIsNone(visits.pop())
            for visit in visits:
                self.assertIsNone(contracts.complaint(COMMON, f"/$defs/{view}_view", visit))

    def test_every_reference_leads_somewhere(self):
        for path in [*contracts.DOCS.glob("*.yaml"), *contracts.DOCS.glob("protocol/**/*.yaml"), *contracts.DOCS.glob("protocol/**/*.json")]:
            for reference in references(contracts.load(path.as_uri())):
                file, pointer = reference.split("#", 1)
                value = contracts.load((path.parent / file if file else path).resolve().as_uri())
                for step in pointer.strip("/").split("/"):
                    with self.subTest(path=path.name, reference=reference):
                        self.assertIn(step, value)
                    value = value[step]


if __name__ == "__main__":
    machiai_test.main()
