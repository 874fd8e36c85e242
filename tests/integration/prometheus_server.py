"""Debian's Prometheus on loopback, on a folder and a port of its own, scraping one engine every second."""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

from postgres import die_with_parent, free_port

RULES = pathlib.Path(__file__).resolve().parents[2] / "metrics/prometheus"
START_S = 60


class PrometheusServer:
    """Uses the repository's configuration and rules, only faster: everything every second."""

    def __init__(self, engine):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="machiai-prometheus-"))
        for name in ("objectives.yml", "alerts.yml"):
            text = (RULES / name).read_text()
            (self.folder / name).write_text(re.sub(r"(?m)^    interval: \w+$", "    interval: 1s", text))
        text = (RULES / "prometheus.yml").read_text().replace("127.0.0.1:9464", engine.admin_address)
        text = text.replace("_interval: 15s", "_interval: 1s")
        (self.folder / "prometheus.yml").write_text(text)
        self.port = free_port()
        command = ["/usr/bin/prometheus", f"--config.file={self.folder}/prometheus.yml"]
        command += [f"--storage.tsdb.path={self.folder}/data", f"--web.listen-address=127.0.0.1:{self.port}"]
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                [*command, "--log.level=warn"], stdout=log, stderr=log, preexec_fn=die_with_parent()
            )
        self._await_ready()

    def _await_ready(self):
        deadline = time.monotonic() + START_S
        while True:
            try:
                return self._get("/-/ready")
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("Prometheus did not start: " + (self.folder / "log").read_text()[-2000:])
                time.sleep(0.1)

    def _get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return answer.read()

    def query(self, expression):
        """What an expression says now: [({label: value}, value)]."""
        answer = json.loads(self._get("/api/v1/query?" + urllib.parse.urlencode({"query": expression})))
        return [(x["metric"], float(x["value"][1])) for x in answer["data"]["result"]]

    def stop(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
