"""The parts of the AWS command line that the documents use. Operations, parameters and their types
come from the same models (botocore) as in the real command line, so a wrong name or type fails here
too.
"""

import json
import sys

import botocore.session
import jmespath
from botocore import xform_name


# `--endpoint` would be the command line's own `--endpoint-url`: its `argrename.py`.
RENAMED = {("sns", "subscribe", "endpoint"): "notification-endpoint"}


def shorthand(text):
    """`Key=value,Other=value`, or JSON."""
    if text.startswith(("{", "[")):
        return json.loads(text)
    return dict(part.split("=", 1) for part in text.split(","))


def read(shape, words):
    if shape.type_name == "list":
        if len(words) == 1 and words[0].startswith("["):
            return json.loads(words[0])
        if shape.member.type_name in ("structure", "map"):
            return [shorthand(word) for word in words]
        return list(words)
    (text,) = words or ("true",)
    if shape.type_name in ("structure", "map"):
        return shorthand(text)
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name == "boolean":
        return text == "true"
    return text


def options(words):
    given = {}
    name = None
    for word in words:
        if word.startswith("--"):
            name = word[2:]
            given[name] = []
        else:
            given[name].append(word)
    return given


def show(value, output):
    if output != "text":
        return json.dumps(value, indent=4, default=str)
    if isinstance(value, list):
        return "\t".join(str(each) for each in value)
    return str(value)


def main(service, operation, *words):
    given = options(words)
    query = given.pop("query", None)
    output = given.pop("output", ["json"])[0]
    client = botocore.session.get_session().create_client(service)
    (name,) = [
        each
        for each in client.meta.service_model.operation_names
        if xform_name(each, "-") == operation
    ]
    shape = client.meta.service_model.operation_model(name).input_shape
    plain = {xform_name(member, "-"): member for member in shape.members}
    members = {RENAMED.get((service, operation, key), key): member for key, member in plain.items()}
    arguments = {
        members[key]: read(shape.members[members[key]], value) for key, value in given.items()
    }
    answer = getattr(client, xform_name(name))(**arguments)
    answer.pop("ResponseMetadata", None)
    if query:
        answer = jmespath.search(query[0], answer)
    if answer not in ({}, None) or query:
        print(show(answer, output))


main(*sys.argv[1:])
