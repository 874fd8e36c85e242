"""Checks real traffic against docs/: every frame against the JSON Schemas, every HTTP exchange against the OpenAPI.

What the server sends is checked against a closed copy of its schemas, in which no undocumented field may appear. A
breach raises nothing where it happens, which may be a reading thread: it is kept in `breaches` for the test's end."""

import functools
import json
import pathlib
import re
import threading
import urllib.parse

import jsonschema
import yaml

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
PROBLEM = "application/problem+json"

breaches = []
# A RefResolver keeps a stack of where it is, which two threads must not share.
resolving = threading.Lock()


def closed(schema):
    """The same schema, with every object that lists its properties closed to others."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if isinstance(result.get("properties"), dict) and result.get("type") == "object":
        result.setdefault("additionalProperties", False)
    return result


def load(uri):
    path = pathlib.Path(urllib.parse.unquote(urllib.parse.urlparse(uri).path))
    text = path.read_text()
    return closed(yaml.safe_load(text) if path.suffix == ".yaml" else json.loads(text))


@functools.lru_cache(maxsize=None)
def document(name):
    return load((DOCS / name).as_uri())


@functools.lru_cache(maxsize=None)
def validator(name, pointer):
    """A validator of one definition; `pointer` is its path from the document's root, such as `/$defs/hello`."""
    root = document(name)
    resolver = jsonschema.RefResolver((DOCS / name).as_uri(), root, handlers={"file": load})
    return jsonschema.Draft202012Validator({"$ref": "#" + pointer}, resolver=resolver)


def complaint(name, pointer, value):
    """What is wrong with `value`; None when nothing is."""
    with resolving:
        error = jsonschema.exceptions.best_match(validator(name, pointer).iter_errors(value))
    if not error:
        return None
    where = "/".join(str(step) for step in error.absolute_path)
    return f"{where or 'it'}: {error.message[:300]}"


def once_each(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name comes twice")
    return members


def frame_complaint(direction, text):
    """What is wrong with a frame of the `client` or the `server`; None when nothing is."""
    name = f"protocol/schema/{direction}.json"
    try:
        frame = json.loads(text, object_pairs_hook=once_each)
    except ValueError as error:
        return f"not JSON: {error}"
    kind = frame.get("type") if isinstance(frame, dict) else None
    if {"$ref": f"#/$defs/{kind}"} not in document(name)["oneOf"]:
        return "no such type"
    if direction == "server" and next(iter(frame)) != "type":
        return "a frame says its type first"
    return complaint(name, f"/$defs/{kind}", frame)


def check_frame(direction, text):
    wrong = frame_complaint(direction, text)
    if wrong:
        breaches.append(f"{direction} frame {text[:400]}\n    {wrong}")


def operations():
    """(method, path template, operation) of every route."""
    for template, item in document("openapi.yaml")["paths"].items():
        for method in ("get", "put", "post", "delete"):
            if method in item:
                yield method.upper(), template, item[method]


def find_operation(method, path):
    for known, template, operation in operations():
        pattern = re.sub(r"\\\{\w+\\\}", "[A-Za-z0-9._-]{1,64}", re.escape(template))
        if known == method and re.fullmatch(pattern, path.split("?")[0]):
            return template, operation
    return None, None


def pointer_of(*steps):
    return "/" + "/".join(urllib.parse.quote(str(s).replace("~", "~0").replace("/", "~1"), safe="$~") for s in steps)


def exchange_complaint(method, path, body, status, headers, answer, wrong):
    """What is wrong with a request (unless it is `wrong` on purpose) and its answer; None when nothing is."""
    template, operation = find_operation(method, path)
    if operation is None:
        fits = status in (400, 404, 405, 501) and headers.get("content-type") == PROBLEM
        return complaint("openapi.yaml", "/components/schemas/problem", answer) if fits else "an undocumented route"
    here = ("paths", template, method.lower())
    if not wrong and "requestBody" in operation:
        steps = (*here, "requestBody", "content", "application/json", "schema")
        if problem := complaint("openapi.yaml", pointer_of(*steps), body):
            return "request: " + problem
    documented = operation["responses"].get(str(status))
    if documented is None:
        return f"answer: status {status} is not documented"
    if "$ref" in documented:
        name = documented["$ref"].rsplit("/", 1)[1]
        documented, here = document("openapi.yaml")["components"]["responses"][name], ("components", "responses", name)
    else:
        here = (*here, "responses", status)
    for name, header in documented.get("headers", {}).items():
        given = headers.get(name.lower())
        if given is None and header.get("required") is False:
            continue
        if given != header["schema"]["const"]:
            return f"answer: header {name} is {headers.get(name.lower())}"
    if headers.get("content-type") not in documented["content"]:
        return f"answer: content type {headers.get('content-type')}"
    steps = (*here, "content", headers["content-type"], "schema")
    problem = complaint("openapi.yaml", pointer_of(*steps), answer)
    return problem and "answer: " + problem


def check_exchange(method, path, body, status, headers, answer, wrong):
    problem = exchange_complaint(method, path, body, status, headers, answer, wrong)
    if problem is None and status >= 400 and answer["status"] != status:
        problem = "answer: the body has another status"
    if problem:
        breaches.append(f"{method} {path} -> {status} {str(answer)[:300]}\n    {problem}")


def take_breaches():
    """All breaches since the last call."""
    found = breaches[:]
    breaches.clear()
    return found
