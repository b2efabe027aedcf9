# SPDX-License-Identifier: MPL-2.0
"""openapi.py: /openapi.json, read as the operations that it tells: which methods and paths there
are, what they take, who may ask."""

import json
import re
import urllib.parse

ID = "019ab0c2-7e1f-7b3a-8c4d-0123456789ab"
METHODS = ("GET", "POST", "PUT", "DELETE")


def sample(schema):
    """A value of a parameter that is as its schema wants it, and most likely nobody's."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "uuid":
        return ID
    if schema["type"] == "integer":
        return str(schema.get("minimum", 1))
    return "nothing".ljust(schema.get("minLength", 0), "0")


def shape_of(schema):
    """A regular expression for what that parameter takes."""
    if schema.get("format") == "uuid":
        return "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
    return f"[^/]{{{schema['minLength']},{schema['maxLength']}}}"


class Operation:
    """A method of a path."""

    def __init__(self, document, method, path, told):
        self.method, self.path, self.told = method.upper(), path, told
        self.id, self.plugin, self.summary = told["operationId"], told["tags"][0], told["summary"]
        self.roles = told["x-codev-roles"]
        self.root = told.get("x-codev-root")
        self.parameters = [document.resolve(each) for each in told["parameters"]]
        self.responses = {status: document.resolve(each)
                          for status, each in told["responses"].items()}

    def __repr__(self):
        return f"{self.method} {self.path}"

    def within(self, place):
        """Its parameters in the path, the query or the header, by their names."""
        return {each["name"]: each for each in self.parameters if each["in"] == place}

    def address(self, **values):
        """The path with these parameters; those not given are samples."""
        for name, parameter in self.within("path").items():
            value = values.pop(name, None) or sample(parameter["schema"])
            values[name] = urllib.parse.quote(value, safe="")
        return self.path.format_map(values)

    def response(self, status):
        """What is told of an answer of this status; None: nothing, and it is no problem either."""
        told = self.responses.get(str(status))
        return told or (self.responses["default"] if status >= 400 else None)

    def leads_to(self, address):
        """Whether an address is one of its path: in /things/latest any text may be a {name}."""
        shape = re.escape(self.path)
        for name, parameter in self.within("path").items():
            shape = shape.replace(re.escape(f"{{{name}}}"), shape_of(parameter["schema"]))
        return re.fullmatch(shape, address) is not None


class Document:
    """What /openapi.json said to this client."""

    def __init__(self, client):
        self.answer = client.get("/openapi.json")
        assert self.answer.status == 200, self.answer
        self.told = json.loads(self.answer.body)
        self.operations = [Operation(self, method, path, told)
                           for path, item in self.told["paths"].items()
                           for method, told in item.items()]

    def resolve(self, value):
        """The value, or what it refers to."""
        if "$ref" in value:
            target = self.told
            for key in value["$ref"].removeprefix("#/").split("/"):
                target = target[key.replace("~1", "/").replace("~0", "~")]
            return target
        return value

    def methods_of(self, address):
        """What Allow has to say there."""
        methods = {each.method for each in self.operations if each.leads_to(address)}
        return methods | ({"HEAD"} if "GET" in methods else set()) | {"OPTIONS"}

    @property
    def roles(self):
        """All that there are, in their order; a visitor comes first."""
        return list(dict.fromkeys(role for each in sorted(
            self.operations, key=lambda each: -len(each.roles)) for role in each.roles))

    @property
    def links(self):
        """The externalDocs of the whole document, each with the object that has them."""
        return list(_links(self.told))


def _links(value):
    if isinstance(value, dict):
        if "externalDocs" in value:
            yield value["externalDocs"]["url"], value
        value = list(value.values())
    if isinstance(value, list):
        for member in value:
            yield from _links(member)


def callers(instance, roles, **options):
    """A client for each role; options go to `codev token`."""
    return {role: instance.visitor if role == "visitor" else instance.as_role(role, **options)
            for role in roles}
