"""Just enough of Prometheus' language to hold rules and dashboards against what an engine exposes."""

import re
import subprocess

# A recorded series has a colon in its name, ours begin with our prefix, the process's own with theirs.
NAME = re.compile(r"(?<![\w:.$\"])((?:machiai_|process_)\w+|[a-z]+:[\w:]+|up|ALERTS)(?![\w(])(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
# Added by Prometheus when it scrapes.
TARGET_LABELS = {"job", "instance"}


def selectors(expression):
    """Every series an expression asks for, as (name, [(label, operator, value)])."""
    return [(name, MATCHER.findall(inside)) for name, inside in NAME.findall(expression)]


def series_of(text):
    """The series of /metrics as (name, {label: value})."""
    lines = (line.rsplit(" ", 1)[0] for line in text.splitlines() if line and not line.startswith("#"))
    return [(line.split("{", 1)[0], dict(re.findall(r'(\w+)="([^"]*)"', line))) for line in lines]


def holds(labels, matcher):
    label, operator, wanted = matcher
    if label in TARGET_LABELS:
        return True
    if label not in labels:
        return False
    same = re.fullmatch(wanted, labels[label]) if "~" in operator else labels[label] == wanted
    return bool(same) != operator.startswith("!")


def unknown(expression, series, recorded=()):
    """What an expression asks for that neither the engine has nor a rule records."""
    for name, matchers in selectors(expression):
        if name == "up" or name in recorded:
            continue
        of_name = [labels for known, labels in series if known == name]
        if not any(all(holds(labels, x) for x in matchers) for labels in of_name):
            yield f"{name} {matchers}"
        # Each word of an alternative must exist, or it never says anything.
        for label, operator, value in matchers:
            if operator == "=~" and re.fullmatch(r"[\w|]+", value):
                for word in set(value.split("|")) - {labels.get(label) for labels in of_name}:
                    yield f"{name}: {label} is never {word}"


def promtool(*arguments, stdin=None):
    """Runs promtool; its output when it complains, else None."""
    done = subprocess.run(
        ["promtool", *map(str, arguments)], input=stdin, capture_output=True, text=True, check=False, timeout=600
    )
    return None if done.returncode == 0 else done.stdout + done.stderr
