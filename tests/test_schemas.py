"""
The published JSON Schemas: fresh, complete, and true to the packs there are.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from govit_rules import lifecycle_reader, pack_reader
from govit_rules.library import shipped_packs
from govit_rules.packs import KINDS, SEVERITIES
from govit_rules.project import CORE_FACTS, Project
from govit_rules.schemas import SCHEMAS, pack_schema, project_schema
from govit_rules.sources import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parent.parent / "docs"
PACK_SCHEMA = pack_schema()
PARTS = PACK_SCHEMA["$defs"]

_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "number": (int, float),
    "integer": int,
    "null": type(None),
}


def faults(data: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "") -> Iterator[str]:
    """
    What a schema finds wrong with some data: a validator for the keywords that our schemas use.
    """
    unknown = set(schema) - _KEYWORDS
    assert not unknown, f"{at}: the test knows no {unknown}"
    if "$ref" in schema:
        yield from faults(data, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    if "anyOf" in schema and all(any(faults(data, option, root, at)) for option in schema["anyOf"]):
        yield f"{at}: none of the forms"
    if "const" in schema and (type(data), data) != (type(schema["const"]), schema["const"]):
        yield f"{at}: not {schema['const']!r}"
    if "enum" in schema and not any(type(data) is type(value) and data == value for value in schema["enum"]):
        yield f"{at}: not one of the values"
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(_is(data, name) for name in names):
        yield f"{at}: not {names}"
    elif isinstance(data, dict):
        yield from _object_faults(data, schema, root, at)
    elif isinstance(data, list):
        if len(data) < schema.get("minItems", 0):
            yield f"{at}: too short"
        for index, item in enumerate(data):
            yield from faults(item, schema.get("items", {}), root, f"{at}[{index}]")
    elif isinstance(data, str):
        if not re.search(schema.get("pattern", ""), data) or len(data) < schema.get("minLength", 0):
            yield f"{at}: {data!r} does not match"
    elif isinstance(data, int) and data < schema.get("minimum", data):
        yield f"{at}: too small"


def _is(data: Any, name: str) -> bool:
    return isinstance(data, _TYPES[name]) and not (isinstance(data, bool) and name in ("number", "integer"))


def _object_faults(data: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    for key in schema.get("required", ()):
        if key not in data:
            yield f"{at}: lacks {key}"
    if not schema.get("minProperties", 0) <= len(data) <= schema.get("maxProperties", len(data)):
        yield f"{at}: {len(data)} keys"
    for key, value in data.items():
        inner = [schema["properties"][key]] if key in schema.get("properties", {}) else []
        inner += [part for pattern, part in schema.get("patternProperties", {}).items() if re.search(pattern, key)]
        rest = schema.get("additionalProperties", {})
        if not re.search(schema.get("propertyNames", {}).get("pattern", ""), key) or (not inner and rest is False):
            yield f"{at}: no such key {key}"
        for part in inner or ([rest] if isinstance(rest, dict) else []):
            yield from faults(value, part, root, f"{at}.{key}")


_KEYWORDS = frozenset(
    (
        *("$schema", "$defs", "$ref", "title", "description", "type", "enum", "const", "anyOf", "format"),
        *("properties", "patternProperties", "additionalProperties", "propertyNames", "required"),
        *("minProperties", "maxProperties", "items", "minItems", "pattern", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMaximum"),
    )
)


def as_json(data: Any) -> Any:
    """
    Data as an editor reads them out of YAML: dates are text.
    """
    if isinstance(data, dict):
        return {key: as_json(value) for key, value in data.items()}
    if isinstance(data, list):
        return list(map(as_json, data))
    return data.isoformat() if isinstance(data, date) else data


def pack_data(city: str) -> Any:
    return as_json(read_yaml(shipped_packs()[city].read_bytes(), city).data)


@pytest.mark.parametrize("name", SCHEMAS)
def test_printed_schemas_are_fresh(name: str) -> None:
    """
    docs/NAME.schema.json is what ``govit-rules schema NAME`` prints.
    """
    printed = json.dumps(SCHEMAS[name](), ensure_ascii=False, indent=2) + "\n"

    assert (DOCS / f"{name}.schema.json").read_text(encoding="utf-8") == printed


@pytest.mark.parametrize("city", shipped_packs())
def test_shipped_packs_fit(city: str) -> None:
    """
    The schema finds nothing wrong with a shipped pack.
    """
    data = pack_data(city)

    assert list(faults(data, PACK_SCHEMA, PACK_SCHEMA)) == []
    try:
        import jsonschema
    except ImportError:
        return
    jsonschema.Draft202012Validator.check_schema(PACK_SCHEMA)
    assert list(jsonschema.Draft202012Validator(PACK_SCHEMA).iter_errors(data)) == []


@pytest.mark.parametrize(
    ("part", "known"),
    [
        (PACK_SCHEMA, pack_reader._TOP),
        (PARTS["regulation"], pack_reader._REGULATION),
        (PARTS["parameter"], pack_reader._PARAMETER),
        (PARTS["fact"], pack_reader._FACT),
        (PARTS["rule"], pack_reader._RULE),
        (PARTS["step"], pack_reader._STEP),
        (PARTS["document"], pack_reader._DOCUMENT),
        (PARTS["agency"], pack_reader._AGENCY),
        (PARTS["transition"], lifecycle_reader._TRANSITION),
        (PARTS["lifecycle"], lifecycle_reader._LIFECYCLE),
        (PARTS["event"], lifecycle_reader._EVENT),
        (PARTS["clock"], lifecycle_reader._CLOCK),
        (PARTS["yearly"], lifecycle_reader._YEARLY),
    ],
    ids=lambda value: "" if isinstance(value, tuple) else value["description" if "description" in value else "type"],
)
def test_keys_are_those_that_the_reader_takes(part: dict[str, Any], known: tuple[str, ...]) -> None:
    """
    The schema has just the keys that reading a pack accepts, in each of its parts.
    """
    assert set(part["properties"]) == set(known)


def test_codes_are_those_of_the_library() -> None:
    """
    Kinds, severities, types of local facts and of parameters are offered, all of them.
    """
    rule, fact, parameter = (PARTS[name]["properties"] for name in ("rule", "fact", "parameter"))

    assert rule["kind"]["enum"] == list(KINDS)
    assert rule["severity"]["enum"] == list(SEVERITIES)
    assert set(fact["type"]["enum"]) == pack_reader._LOCAL_TYPES
    assert set(parameter["type"]["enum"]) == set(pack_reader._PARAMETER_TYPES)


def test_every_fact_that_can_be_tested_is_offered() -> None:
    """
    A condition completes the path of every core fact but texts, with its label.
    """
    _, tree, _ = PARTS["condition"]["anyOf"]

    for path, fact in CORE_FACTS.items():
        assert (path in tree["properties"]) == (fact.type != "text")
        if fact.type != "text":
            assert tree["properties"][path]["description"].startswith(fact.zh)


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ({"stage": ">= operation"}, True),
        ({"stage": ">= opening"}, False),
        ({"stage": ["approval", "review"]}, True),
        ({"stage": {"none_of": ["approval"]}}, True),
        ({"classified": True}, True),
        ({"classified": "yes"}, False),
        ({"clasified": True}, False),
        ({"funding.total_investment": "> 20万元"}, True),
        ({"funding.total_investment": ">= $floor"}, True),
        ({"funding.total_investment": "<= funding.fiscal"}, True),
        ({"funding.total_investment": "> 200000"}, False),
        ({"funding.sources": {"any_of": ["municipal_fiscal"]}}, True),
        ({"funding.sources": ["municipal_fiscal"]}, False),
        ({"planning.applied_on": "happened"}, True),
        ({"planning.applied_on": "within 3mo..6mo after as_of"}, True),
        ({"planning.applied_on": "soon"}, False),
        ({"as_of": ">= 2024-09-09"}, True),
        ({"local.anything": ">= 2024-09-09"}, True),
        ({"all": ["def.a", {"rule.LZ-3-a": True}]}, True),
        ({"all": []}, False),
        ({"rule.LZ-3-a": "yes"}, False),
        ({}, False),
        (True, True),
    ],
    ids=str,
)
def test_conditions(condition: Any, fits: bool) -> None:
    """
    The forms of a test that the grammar takes fit; slips that an editor can show do not.
    """
    found = list(faults(condition, PARTS["condition"], PACK_SCHEMA))

    assert (not found) is fits


def test_the_project_schema_is_the_models() -> None:
    """
    Every field of a project is in its schema, and an example that the model takes fits it.
    """
    schema = project_schema()

    assert set(schema["properties"]) == {field.alias or name for name, field in Project.model_fields.items()}
    project = {"$schema": "x", "funding": {"total_investment": "20万元"}, "local": {"a": ["b"]}, "stage": None}
    assert list(faults(project, schema, schema)) == []
    assert list(faults({"stage": "nowhere"}, schema, schema)) != []
