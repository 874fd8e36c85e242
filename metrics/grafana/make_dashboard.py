#!/usr/bin/env python3
"""Writes machiai.json beside itself: `make_dashboard.py`; `make_dashboard.py --check` exits 1 when it is out of date."""

import json
import pathlib
import sys

FILE = pathlib.Path(__file__).with_name("machiai.json")
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
ROW_WIDTH, PANELS_PER_ROW, PANEL_HEIGHT = 24, 3, 8
OURS = 'instance=~"$instance"'


def rate(name, by="", labels=""):
    chosen = ",".join(x for x in (OURS, labels) if x)
    return f"sum by ({by}) (rate({name}{{{chosen}}}[$__rate_interval]))"


def total(name, by="", labels=""):
    chosen = ",".join(x for x in (OURS, labels) if x)
    return f"sum by ({by}) ({name}{{{chosen}}})"


def quantiles(name):
    """Median, 99 % and 99.9 % of a histogram over all instances."""
    buckets = rate(f"{name}_bucket", "le")
    return [(f"histogram_quantile({q}, {buckets})", legend) for q, legend in ((0.5, "p50"), (0.99, "p99"), (0.999, "p99.9"))]


def burn(window):
    ratio = f"job:machiai_slo_errors:increase{window} / job:machiai_slo_events:increase{window}"
    return f"{ratio} / on (slo) group_left () slo:machiai_error_budget:ratio"


# (row, [(title, what it says, unit, [(expression, legend)])])
ROWS = [
    ("Traffic", [
        ("Connections", "Open WebSockets by role; none is before the hello.", "short",
         [(total("machiai_ws_connections", "role"), "{{role}}")]),
        ("Commands", "Carried out, by kind.", "ops",
         [(rate("machiai_commands_total", "kind", 'outcome="ok"') + " > 0", "{{kind}}")]),
        ("Frames", "WebSocket messages in and out.", "ops",
         [(rate("machiai_ws_frames_total", "direction"), "{{direction}}")]),
        ("Bytes", "Read from and written to WebSockets.", "Bps",
         [(rate("machiai_ws_bytes_total", "direction"), "{{direction}}")]),
        ("HTTP requests", "By route.", "reqps",
         [(rate("machiai_http_requests_total", "route") + " > 0", "{{route}}")]),
        ("Events stored", "Events committed per second.", "ops",
         [(rate("machiai_store_commit_events_sum"), "events"), (rate("machiai_store_commit_events_count"), "commits")]),
    ]),
    ("Errors", [
        ("Burn rate of the budgets, 1 h", "1 spends exactly the month's budget; 14.4 pages.", "none", [(burn("1h"), "{{slo}}")]),
        ("Burn rate of the budgets, 3 d", "Above 1 somebody gets a ticket.", "none", [(burn("3d"), "{{slo}}")]),
        ("Commands not carried out", "failed is the engine's own, refused the rules' no.", "ops",
         [(rate("machiai_commands_total", "outcome", 'outcome!="ok"'), "{{outcome}}")]),
        ("Closed connections", "By close code; docs/protocol.md says what each means.", "ops",
         [(rate("machiai_ws_closes_total", "code") + " > 0", "{{code}}")]),
        ("Refused at the door", "Connections that got no WebSocket.", "ops",
         [(rate("machiai_ws_refusals_total", "reason"), "{{reason}}")]),
        ("Tokens refused", "By reason.", "ops", [(rate("machiai_auth_failures_total", "reason"), "{{reason}}")]),
        ("HTTP answers", "By class; 5xx is ours.", "reqps", [(rate("machiai_http_requests_total", "code"), "{{code}}")]),
    ]),
    ("Latency", [
        ("Change to screen", "From a clinic's decision to the sockets, the commit included. The objective is 500 ms.", "s",
         quantiles("machiai_change_delivery_duration_seconds")),
        ("Changes within 500 ms", "The objective is 99 %.", "percentunit",
         [(rate("machiai_change_delivery_duration_seconds_bucket", "", 'le="0.5"') + " / "
           + rate("machiai_change_delivery_duration_seconds_count"), "within 500 ms")]),
        ("Command to commit", "From a command's arrival to its answer.", "s",
         quantiles("machiai_command_commit_duration_seconds")),
        ("Waking a clinic", "From the wish to its state in memory.", "s",
         quantiles("machiai_clinic_wake_duration_seconds")),
        ("Commit", "What the store takes.", "s", quantiles("machiai_store_commit_duration_seconds")),
        ("Commit to socket", "What the I/O threads take.", "s", quantiles("machiai_commit_socket_duration_seconds")),
        ("Synthetic visits to screen", "From door to screen, where synthetic.interval_ms is set.", "s",
         quantiles("machiai_synthetic_visit_duration_seconds")),
        ("Synthetic visits", "failed ones page.", "ops", [(rate("machiai_synthetic_visits_total", "outcome"), "{{outcome}}")]),
        ("Clients that came back", "reload got everything anew.", "ops",
         [(rate("machiai_ws_resumes_total", "outcome"), "{{outcome}}")]),
    ]),
    ("Saturation", [
        ("Near the limits", "At 100 % somebody is refused.", "percentunit",
         [(f"process_open_fds{{job=\"machiai\",{OURS}}} / process_max_fds", "descriptors {{instance}}"),
          (f"{total('machiai_ws_connections', 'instance')} / on (instance) machiai_connections_max", "connections {{instance}}"),
          (f"machiai_store_waiting_rows{{{OURS}}} / machiai_store_waiting_rows_max", "rows waiting {{instance}}")]),
        ("Lag of the I/O threads", "How late they come to their regular work.", "s",
         quantiles("machiai_event_loop_lag_seconds")),
        ("Rows waiting for the store", "Decided and not yet committed.", "short",
         [(total("machiai_store_waiting_rows", "instance"), "{{instance}}")]),
        ("Slow readers", "What full send queues led to.", "ops",
         [(rate("machiai_send_overflows_total", "action"), "{{action}}")]),
        ("Memory", "Resident.", "bytes", [(f'process_resident_memory_bytes{{job="machiai",{OURS}}}', "{{instance}}")]),
        ("Actors awake", "By kind.", "short", [(total("machiai_actors_awake", "kind"), "{{kind}}")]),
    ]),
    ("Correctness", [
        ("Clinics failing", "Anything above 0 pages.", "none", [(total("machiai_clinics_failing", "instance"), "{{instance}}")]),
        ("Store writes", "0 pages.", "none", [(total("machiai_store_writes", "instance"), "{{instance}}")]),
        ("Commits failed", "Anything above 0 pages.", "none",
         [(f"increase(machiai_store_failures_total{{{OURS}}}[$__rate_interval])", "{{instance}}")]),
        ("Actors rebuilt", "Died and made anew from the log.", "none",
         [(f"sum by (kind) (increase(machiai_actor_restarts_total{{{OURS}}}[$__rate_interval]))", "{{kind}}")]),
        ("Auditor's mismatches", "Anything above 0 pages.", "none",
         [(f"sum by (kind) (increase(machiai_audit_mismatches_total{{{OURS}}}[$__rate_interval]))", "{{kind}}")]),
        ("Auditor's looks", "moved and unfinished could not be compared.", "ops",
         [(rate("machiai_audit_looks_total", "outcome"), "{{outcome}}")]),
        ("Clock behind", "What the engine's clock still has to catch up.", "s",
         [(total("machiai_clock_behind_seconds", "instance"), "{{instance}}")]),
        ("Up since", "Age of the process.", "s",
         [(f'time() - process_start_time_seconds{{job="machiai",{OURS}}}', "{{instance}}")]),
    ]),
    ("Billing", [
        ("Consultations going on", "Rooms whose meter runs.", "none",
         [(total("machiai_rooms_in_consultation", "instance"), "{{instance}}")]),
        ("Devices in calls", "With picture and sound to each other.", "none",
         [(total("machiai_call_endpoints", "instance"), "{{instance}}")]),
        ("Signals of calls", "From one device to another. Dropped: nobody was there; refused: the sender was not in.", "none",
         [(rate("machiai_signals_total", "outcome"), "{{outcome}}")]),
        ("People present", "By state; unstable ones are also counted where they are.", "none",
         [(total("machiai_people_present", "state"), "{{state}}")]),
        ("Consultations ended and reopened", "By staff, per hour. A reopened one may change a bill.", "none",
         [('sum by (kind) (increase(machiai_commands_total{' + OURS
           + ',kind=~"end_consultation|reopen_consultation",outcome="ok"}[1h]))', "{{kind}}")]),
        ("Statements read", "Usage requests, by class of the answer, per hour.", "none",
         [('sum by (code) (increase(machiai_http_requests_total{' + OURS
           + ',route="/v1/clinics/{clinic}/usage"}[1h]))', "{{code}}")]),
    ]),
]


def panel(number, title, says, unit, expressions, place):
    return {
        "id": number,
        "type": "timeseries",
        "title": title,
        "description": says,
        "datasource": DATASOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + i), "datasource": DATASOURCE, "expr": expression, "legendFormat": legend}
            for i, (expression, legend) in enumerate(expressions)
        ],
    }


def panels():
    made, y = [], 0
    for row, contents in ROWS:
        place = {"x": 0, "y": y, "w": ROW_WIDTH, "h": 1}
        made.append({"id": len(made) + 1, "type": "row", "title": row, "collapsed": False, "gridPos": place, "panels": []})
        y += 1
        width = ROW_WIDTH // PANELS_PER_ROW
        for i, (title, says, unit, expressions) in enumerate(contents):
            place = {"x": i % PANELS_PER_ROW * width, "y": y + i // PANELS_PER_ROW * PANEL_HEIGHT, "w": width, "h": PANEL_HEIGHT}
            made.append(panel(len(made) + 1, title, says, unit, expressions, place))
        y += (len(contents) + PANELS_PER_ROW - 1) // PANELS_PER_ROW * PANEL_HEIGHT
    return made


def dashboard():
    instances = "label_values(machiai_ws_connections, instance)"
    return {
        "uid": "machiai",
        "title": "Machiai",
        "tags": ["machiai"],
        "schemaVersion": 38,
        "version": 1,
        "editable": True,
        "timezone": "browser",
        "time": {"from": "now-3h", "to": "now"},
        "refresh": "30s",
        "templating": {"list": [
            {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
            {"name": "instance", "label": "Engine", "type": "query", "datasource": DATASOURCE, "query": instances,
             "definition": instances, "refresh": 2, "sort": 1, "multi": True, "includeAll": True, "allValue": ".*",
             "current": {"text": "All", "value": "$__all"}},
        ]},
        "annotations": {"list": []},
        "panels": panels(),
    }


def main():
    text = json.dumps(dashboard(), indent=1, ensure_ascii=False) + "\n"
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if FILE.read_text() == text else f"{FILE} is not what {__file__} writes: run it")
    FILE.write_text(text)


if __name__ == "__main__":
    main()
