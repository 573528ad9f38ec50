"""
Reading a project: what is accepted, what is refused, and that every defect is said at once.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from govit_rules.errors import Defect, ProjectError
from govit_rules.facts import STAGES, Fact, WrongValue
from govit_rules.project import (
    CORE_FACTS,
    MAX_DEFECTS,
    MAX_LOCAL,
    MAX_PROJECT_BYTES,
    SECTIONS,
    Contract,
    Funding,
    Project,
    project_schema,
)

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD: dict[str, list[Any]] = {
    "money": [0, 200000, "20万元", "0.3亿元", "1,200,000元", 0.5],
    "bool": [True, False],
    "int": [0, 3],
    "date": ["2026-01-31"],
    "event_date": ["2026-01-31", False, "1900-01-01", "2199-12-31"],
    "year": [1949, 2026, 2099],
    "text": ["样例", ""],
    "month_list": [["2026-01"], [], ["2026-02", "2026-01", "2026-02"]],
}
WRONG: dict[str, list[Any]] = {
    "money": [-1, "二十块", "20", True, 0.001, "-3元", [1], {}, 10**13],
    "bool": ["maybe", 2, 0, 1, "true", []],
    "int": ["x", 1.5, -1, True, "3", 10**12],
    "year": [0, 1948, 2100, 20260, "x", "2026", True, 2026.0],
    "date": ["2026-02-30", True, False, 20260131, "20260131", "1769817600", "2026-01-31T00:00:00", "2026-1-31"],
    "event_date": [
        "1899-12-31",
        "2200-01-01",
        "2026-02-30",
        True,
        0,
        "false",
        20260131,
        "1769817600",
        "2026-01-31T00:00:00Z",
    ],
    "text": [[1], 1, True, "长" * 2001],
    "month_list": [["2026-13"], ["2026-00"], "2026-01", [1], {"2026-01": True}],
    "enum": ["no_such_value", 1, True, ["x"]],
    "enum_list": [["no_such_value"], "x", {"x": True}, [1]],
}
FACTS = sorted(CORE_FACTS)


def nest(path: str, value: object) -> dict[str, Any]:
    section, _, name = path.rpartition(".")
    return {section: {name: value}} if section else {name: value}


def good_values(fact: Fact) -> list[Any]:
    codes = list(fact.values or ())
    return GOOD.get(fact.type) or ([codes, [], codes[:1] * 2] if fact.type == "enum_list" else codes)


def read(data: object) -> Project:
    return Project.model_validate_json(json.dumps(data, ensure_ascii=False))


def defects(call: Callable[[], object]) -> dict[str, Defect]:
    with pytest.raises(ProjectError) as refusal:
        call()
    assert all(defect.what and defect.mend for defect in refusal.value.defects)
    return {defect.where: defect for defect in refusal.value.defects}


class TestVocabulary:
    """
    The model is the vocabulary of facts that other programs are written against.
    """

    def test_number_of_facts(self) -> None:
        """
        There are 167 core facts; so many of each type, so many in each section.
        """
        types = Counter(fact.type for fact in CORE_FACTS.values())
        groups = Counter(path.rpartition(".")[0] for path in CORE_FACTS)

        assert len(CORE_FACTS) == 167
        assert types == {
            "bool": 96,
            "enum": 26,
            "event_date": 21,
            "money": 7,
            "text": 4,
            "enum_list": 4,
            "date": 4,
            "int": 2,
            "month_list": 2,
            "year": 1,
        }
        assert set(groups) == {"", *SECTIONS}
        assert (len(SECTIONS), groups[""]) == (17, 7)

    @pytest.mark.parametrize("path", FACTS)
    def test_every_fact_is_described(self, path: str) -> None:
        """
        A fact has its labels in both languages, help, who can answer and a stage; codes if and only if it takes codes.
        """
        fact = CORE_FACTS[path]

        assert fact.path == path
        assert fact.zh
        assert fact.en
        assert fact.help
        assert fact.who in ("owner", "authority", "expert")
        assert fact.stage in STAGES
        assert (fact.values is not None) == fact.type.startswith("enum")
        assert (fact.unit == "CNY yuan") == (fact.type == "money")

    @pytest.mark.parametrize("path", [path for path in FACTS if CORE_FACTS[path].values])
    def test_labels_and_types_name_the_same_codes(self, path: str) -> None:
        """
        The codes of the annotation, by which type checkers go, are those that have a Chinese meaning.
        """
        section, _, name = path.rpartition(".")
        model = get_args(Project.model_fields[section].annotation)[0] if section else Project
        kind = get_args(model.model_fields[name].annotation)[0]
        literal = get_args(kind)[0] if CORE_FACTS[path].type == "enum_list" else kind

        assert list(get_args(literal)) == list(CORE_FACTS[path].values or ())

    def test_claims(self) -> None:
        """
        Of the core facts only the special or urgent case is an exception that counts when claimed.
        """
        assert [path for path, fact in CORE_FACTS.items() if fact.claim] == ["special_or_urgent"]

    def test_labels_are_unique(self) -> None:
        """
        No two facts have the same Chinese name, so that a name typed in Chinese leads to one fact.
        """
        assert len({fact.zh for fact in CORE_FACTS.values()}) == len(CORE_FACTS)


class TestValues:
    """
    Each fact takes what its type takes, in JSON and in Python, and nothing else.
    """

    @pytest.mark.parametrize("path", FACTS)
    def test_takes_good_values(self, path: str) -> None:
        """
        JSON text, a mapping of JSON values and the value read before all give the same project.
        """
        fact = CORE_FACTS[path]
        for value in good_values(fact):
            project = read(nest(path, value))

            assert project.get(path) == fact.parse(value)
            assert Project.model_validate(nest(path, value)) == project
            assert Project.model_validate(nest(path, project.get(path))) == project
            assert Project(**nest(path, value)) == project

    @pytest.mark.parametrize("path", FACTS)
    def test_refuses_wrong_values(self, path: str) -> None:
        """
        A wrong value is refused where it stands, in JSON and in Python.
        """
        for value in WRONG[CORE_FACTS[path].type]:
            assert list(defects(lambda value=value: read(nest(path, value)))) == [path]
            assert list(defects(lambda value=value: Project.model_validate(nest(path, value)))) == [path]
            with pytest.raises(ValidationError):
                Project(**nest(path, value))

    @pytest.mark.parametrize("path", [*FACTS, *SECTIONS, "local", "$schema"])
    def test_null_is_unknown(self, path: str) -> None:
        """
        ``null`` is the same as leaving the key out, for facts and for whole sections.
        """
        project = read(nest(path, None))

        assert project.digest == (read({path.partition(".")[0]: {}}) if "." in path else Project()).digest
        assert Project.model_validate(nest(path, None)) == project

    @pytest.mark.parametrize("written", ['"20万元"', "200000", "200000.00", '"200,000元"', "2e5"])
    def test_money_forms_are_one_amount(self, written: str) -> None:
        """
        However an amount is written, it is yuan, and the project has the same digest.
        """
        project = Project.model_validate_json(f'{{"funding": {{"fiscal": {written}}}}}')

        assert project.get("funding.fiscal") == Decimal(200000)
        assert project.digest == Project(funding=Funding(fiscal=Decimal(200000))).digest

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
    def test_money_is_finite(self, number: str) -> None:
        """
        NaN and infinity are no amounts, though Python's JSON writes them.
        """
        assert "funding.fiscal" in defects(
            lambda: Project.model_validate_json(f'{{"funding": {{"fiscal": {number}}}}}')
        )

    def test_python_values(self) -> None:
        """
        A program may give Python values, and sections as objects.
        """
        project = Project(name="样例", contract=Contract(signed_on=date(2026, 1, 31), amount=Decimal("1.50")))

        assert project == read({"name": "样例", "contract": {"signed_on": "2026-01-31", "amount": 1.5}})

    def test_frozen(self) -> None:
        """
        A project does not change once it is read.
        """
        with pytest.raises(ValidationError):
            setattr(read({"name": "样例"}), "name", "别的")  # noqa: B010


class TestLocal:
    """
    Facts of one city stand under ``local``; the model sees to their form only.
    """

    @pytest.mark.parametrize("value", ["x", True, 3, 1.5, None, [], ["a", "b"], [True, 1, None]])
    def test_takes_scalars_and_lists_of_them(self, value: object) -> None:
        """
        Scalars, and lists of scalars, are kept as they are.
        """
        project = read({"local": {"x": value}})

        assert project.get("local.x") == value
        assert Project.model_validate({"local": {"x": value}}) == project

    @pytest.mark.parametrize("value", [{}, [[]], [{"a": 1}], float("nan"), 10**40])
    def test_refuses_what_nests(self, value: object) -> None:
        """
        Nothing nests under a local fact, and numbers are finite.
        """
        assert list(defects(lambda: read({"local": {"x": value}}))) == ["local.x"]
        assert list(defects(lambda: Project.model_validate({"local": {"x": value}}))) == ["local.x"]

    @pytest.mark.parametrize("value", [[], "x", 1])
    def test_is_a_mapping(self, value: object) -> None:
        """
        ``local`` itself is an object.
        """
        assert list(defects(lambda: read({"local": value}))) == ["local"]

    def test_is_bounded(self) -> None:
        """
        A thousand local facts are taken, one more is not.
        """
        many = {f"x{n}": True for n in range(MAX_LOCAL)}

        assert len(read({"local": many}).local or {}) == MAX_LOCAL
        assert list(defects(lambda: read({"local": {**many, "y": True}}))) == ["local"]


class TestNames:
    """
    Unknown names are refused, with the name that was meant.
    """

    @pytest.mark.parametrize(
        ("path", "meant"),
        [
            ("nmae", "name"),
            ("funding.total_investement", "funding.total_investment"),
            ("total_investment", "funding.total_investment"),
            ("owner.total_investment", "funding.total_investment"),
            ("项目总投资", "funding.total_investment"),
            ("项目总投入", "funding.total_investment"),
            ("funding.项目名称", "name"),
            ("资金", "funding"),
            ("fundings", "funding"),
            ("contract.organizer", "acceptance.organizer"),
            ("zzzzzzzz", "local"),
        ],
    )
    def test_nearest_name(self, path: str, meant: str) -> None:
        """
        A slip of the pen, the wrong section and the Chinese label all lead to the right name.
        """
        defect = defects(lambda: read(nest(path, 1)))[path]

        assert meant in defect.mend

    def test_dotted_key(self) -> None:
        """
        A path used as a key is refused, and shown as a section.
        """
        defect = defects(lambda: read({"funding.fiscal": 1}))["funding.fiscal"]

        assert '"funding": {"fiscal": …}' in defect.mend

    def test_names_all_that_may_be_meant(self) -> None:
        """
        Where a name occurs in several sections, each is named.
        """
        defect = defects(lambda: read({"amount": 1}))["amount"]

        assert "procurement.amount" in defect.mend
        assert "contract.amount" in defect.mend

    @pytest.mark.parametrize("path", FACTS)
    def test_each_unknown_neighbour_is_refused(self, path: str) -> None:
        """
        A name that only begins like a fact is unknown.
        """
        assert list(defects(lambda: read(nest(f"{path}_x", None)))) == [f"{path}_x"]

    def test_schema_is_allowed_and_forgotten(self) -> None:
        """
        ``$schema`` at the top helps editors and is no fact.
        """
        assert read({"$schema": "https://example.org/p.json"}) == Project()
        assert list(defects(lambda: read({"$schema": 1}))) == ["$schema"]
        assert "funding.$schema" in defects(lambda: read({"funding": {"$schema": "x"}}))


class TestAllAtOnce:
    """
    One reading tells of every defect.
    """

    def test_every_defect_in_the_order_of_the_text(self) -> None:
        """
        Wrong values, unknown names, sections that are none and repeated keys are reported together.
        """
        text = """{"nmae": "x", "stage": "审批立项", "funding": {"fiscal": -1, "fiscal": -2, "sources": ["x"]},
                   "contract": 1, "local": {"y": {}}}"""

        found = defects(lambda: Project.model_validate_json(text))

        assert list(found) == ["nmae", "stage", "funding.fiscal", "funding.sources", "contract", "local.y"]
        assert "approval" in found["stage"].mend

    def test_a_flood_is_cut_short(self) -> None:
        """
        After a hundred defects the rest is only announced.
        """
        with pytest.raises(ProjectError) as refusal:
            read({f"unknown{n}": 1 for n in range(1000)})

        assert len(refusal.value.defects) == MAX_DEFECTS + 1

    @pytest.mark.parametrize("data", [[], "x", 1, None, True])
    def test_a_project_is_an_object(self, data: object) -> None:
        """
        Anything but a mapping is no project.
        """
        assert list(defects(lambda: read(data))) == [""]
        assert list(defects(lambda: Project.model_validate(data))) == [""]


class TestRepeatedKeys:
    """
    A key given twice is refused, never read as the last of the two.
    """

    @pytest.mark.parametrize(
        ("text", "where"),
        [
            ('{"name": "a", "name": "a"}', "name"),
            ('{"name": "a", "\\u006eame": "b"}', "name"),
            ('{"name": "a:b", "name" : "c"}', "name"),
            ('{"funding": {"fiscal": 1, "fiscal": 1}}', "funding.fiscal"),
            ('{"funding": {"fiscal": 1}, "funding": {"total_investment": 1}}', "funding"),
            ('{"funding": {"fiscal": 1}, "funding": null}', "funding"),
            ('{"local": {"x": true, "x": true}}', "local.x"),
            ('{"$schema": "a", "$schema": "a"}', "$schema"),
        ],
    )
    def test_refused(self, text: str, where: str) -> None:
        """
        At the top, in a section and under ``local``, however the key is spelt.
        """
        assert list(defects(lambda: Project.model_validate_json(text))) == [where]
        assert list(defects(lambda: Project.model_validate_json(text.encode()))) == [where]

    @pytest.mark.parametrize(
        "text", ['{"name": "a:b", "code": "::"}', '{"local": {"a:b": ":"}}', '{"$schema": "https://x", "name": ":"}']
    )
    def test_colons_elsewhere_do_no_harm(self, text: str) -> None:
        """
        A colon in a value or a name is not taken for a repeated key.
        """
        Project.model_validate_json(text)

    @given(st.lists(st.sampled_from(["name", "code", "city", "$schema"]), max_size=6), st.sampled_from(["", ":"]))
    def test_exact(self, keys: list[str], value: str) -> None:
        """
        A text is refused if and only if one of its keys occurs twice.
        """
        text = "{" + ", ".join(f'"{key}": "{value}"' for key in keys) + "}"
        if len(set(keys)) == len(keys):
            Project.model_validate_json(text)
        else:
            defects(lambda: Project.model_validate_json(text))


class TestText:
    """
    Text that is no JSON, or no UTF-8, is refused with its place.
    """

    @pytest.mark.parametrize(
        ("text", "line", "column"),
        [
            ('{"name": ', 1, 10),
            ("", 1, 1),
            ('{\n  "name": "x",\n 1}', 3, 2),
            ("{\n  'name': 1}", 2, 3),
            ('{"name": "x"} {}', 1, 15),
            ('{"name": 是}', 1, 10),
            ('{"name" "x"}', 1, 9),
            ('{"name": "x" "code": "y"}', 1, 14),
            ('{"name": "x', 1, 10),
            ('{"name": "x\ny"}', 1, 12),
            ('{"name": "\\q"}', 1, 11),
            ('{"name": "\\u12"}', 1, 11),
        ],
    )
    def test_no_json(self, text: str, line: int, column: int) -> None:
        """
        The line and the column are given, and what is wrong there.
        """
        with pytest.raises(ProjectError) as refusal:
            Project.model_validate_json(text)

        (defect,) = refusal.value.defects
        assert (defect.line, abs(defect.column - column) <= 2) == (line, True)
        assert "不是合格的 JSON" in defect.what

    def test_bytes_and_byte_order_mark(self) -> None:
        """
        UTF-8 with or without a byte order mark is taken.
        """
        text = '{"name": "样例"}'

        for data in (text, "\ufeff" + text, text.encode(), text.encode("utf-8-sig"), bytearray(text.encode())):
            assert Project.model_validate_json(data).name == "样例"

    def test_gbk(self) -> None:
        """
        A file saved as GBK is recognised; the mend is to save it as UTF-8.
        """
        (defect,) = defects(lambda: Project.model_validate_json('{"name": "样例"}'.encode("gbk"))).values()

        assert "GBK" in defect.what
        assert "UTF-8" in defect.mend

    def test_other_bytes(self) -> None:
        """
        Bytes that are neither are only said not to be UTF-8.
        """
        (defect,) = defects(lambda: Project.model_validate_json(b'{"name": "\xff"}')).values()

        assert "GBK" not in defect.what
        assert "UTF-8" in defect.mend

    def test_size(self) -> None:
        """
        A text of two million bytes is read, a longer one is not; characters count by their bytes.
        """
        room = MAX_PROJECT_BYTES - len("{}")

        Project.model_validate_json("{" + " " * room + "}")
        for text in ("{" + " " * (room + 1) + "}", '{"name": "' + "长" * (MAX_PROJECT_BYTES // 3) + '"}'):
            assert "字节" in defects(lambda text=text: Project.model_validate_json(text))[""].what
            assert "字节" in defects(lambda text=text: Project.model_validate_json(text.encode()))[""].what

    @pytest.mark.parametrize(
        "text",
        ["[" * 100_000, '{"local": {"x": ' + "[" * 30 + "]" * 30 + "}}", '{"a":' * 5000],
        ids=["open", "local", "objects"],
    )
    def test_depth(self, text: str) -> None:
        """
        Deep nesting is refused before anything recurses.
        """
        assert "嵌套" in defects(lambda: Project.model_validate_json(text))[""].what

    @pytest.mark.parametrize(
        "text", ['{"name": "\\ud800"}', '{"\\ud800": 1}', '{"local": {"x": "\\ud800"}}', '"\ud800"']
    )
    def test_half_a_character(self, text: str) -> None:
        """
        Half a surrogate pair is refused, and the message can be printed.
        """
        for defect in defects(lambda: Project.model_validate_json(text)).values():
            str(defect).encode()

    def test_numbers_without_end(self) -> None:
        """
        A number of ten thousand digits is refused like any other wrong value.
        """
        defects(lambda: Project.model_validate_json('{"contract": {"warranty_months": ' + "9" * 10_000 + "}}"))

    @pytest.mark.parametrize("text", ['{"name": ' + '"\\"' * 300_000, '{"' * 300_000], ids=["escaped", "bare"])
    def test_hostile_text_takes_no_longer(self, text: str) -> None:
        """
        Quotes that never close are read in one pass.
        """
        defects(lambda: Project.model_validate_json(text))

    def test_other_objects(self) -> None:
        """
        What is no text at all is refused the same way.
        """
        defects(lambda: Project.model_validate_json({"name": "x"}))  # type: ignore[arg-type]


def values() -> st.SearchStrategy[Any]:
    plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    days = st.dates().map(str) | st.sampled_from(["2026-01", "2026-13", "1769817600", "20万元", "-1", "false", "none"])
    return st.recursive(plain | days, lambda inner: st.lists(inner, max_size=3), max_leaves=4)


class TestAnything:
    """
    Whatever comes in, a project or a `ProjectError` comes out.
    """

    @given(st.sampled_from(FACTS), values())
    def test_core_and_facts_agree(self, path: str, value: object) -> None:
        """
        The model takes exactly the values that the description of the fact takes, and reads them alike.
        """
        try:
            expected = CORE_FACTS[path].parse(value)
        except WrongValue:
            assert list(defects(lambda: read(nest(path, value)))) == [path]
            assert list(defects(lambda: Project.model_validate(nest(path, value)))) == [path]
        else:
            assert read(nest(path, value)).get(path) == expected
            assert Project.model_validate(nest(path, value)).get(path) == expected

    @given(
        st.dictionaries(st.sampled_from(FACTS), st.integers(min_value=0), max_size=30),
        st.dictionaries(st.text(max_size=8), st.booleans() | st.integers(-9, 9) | st.lists(st.text(max_size=3))),
    )
    def test_round_trip(self, choices: dict[str, int], local: dict[str, Any]) -> None:
        """
        A project written as JSON reads back equal, with the same digest, and writes the same text.
        """
        data: dict[str, Any] = {"local": local}
        for path, choice in choices.items():
            options = good_values(CORE_FACTS[path])
            for key, value in nest(path, options[choice % len(options)]).items():
                data[key] = {**data.get(key, {}), **value} if isinstance(value, dict) else value
        project = read(data)
        again = Project.model_validate_json(project.model_dump_json())

        assert again == project
        assert again.digest == project.digest
        assert again.model_dump_json() == project.model_dump_json()
        assert Project.model_validate(project.model_dump()) == project

    @given(
        st.recursive(values(), lambda inner: st.dictionaries(st.sampled_from([*SECTIONS, "name", "local", "x"]), inner))
    )
    def test_any_json(self, data: object) -> None:
        """
        Any JSON is read or refused, in text and in Python alike.
        """
        outcomes = []
        for call in (lambda: read(data), lambda: Project.model_validate(data)):
            try:
                outcomes.append(call().digest)
            except ProjectError as error:
                outcomes.append([str(defect) for defect in error.defects])

        if isinstance(data, dict):
            assert outcomes[0] == outcomes[1]

    @given(st.binary() | st.text().map(str.encode) | st.text(alphabet='{}[]":,\\ 1a\n').map(str.encode))
    def test_any_bytes(self, data: bytes) -> None:
        """
        Any bytes are read or refused.
        """
        with contextlib.suppress(ProjectError):
            Project.model_validate_json(data)


class TestUse:
    """
    What a project is asked.
    """

    def test_get(self) -> None:
        """
        A fact by its path; unknown is ``None``; a name that is no fact is an error.
        """
        project = read({"name": "样例", "funding": {"fiscal": 1}, "local": {"x": True}})

        assert project.get("name") == "样例"
        assert project.get("funding.fiscal") == 1
        assert project.get("funding.total_investment") is None
        assert project.get("contract.amount") is None
        assert project.get("local.x") is True
        assert project.get("local.y") is None
        for path in ("nmae", "funding.nmae", "funding", "owner", ""):
            with pytest.raises(KeyError):
                project.get(path)

    def test_digest(self) -> None:
        """
        The digest depends on the facts, not on the order or the spelling in which they were given.
        """
        one = read(
            {"name": "a", "funding": {"fiscal": "1万元", "sources": ["other", "self_raised"]}, "local": {"y": None}}
        )
        two = read({"local": {}, "funding": {"sources": ["self_raised", "other"], "fiscal": 10000.0}, "name": "a"})

        assert one.digest == two.digest
        assert one.digest.startswith("sha256:")
        assert one.digest != read({"name": "a"}).digest

    @pytest.mark.parametrize("amount", [9_999_999_999_999.99, 0.01, 200000, 0])
    def test_money_is_written_as_a_number(self, amount: float) -> None:
        """
        In JSON an amount is a number of yuan, exact to the fen up to the greatest amount there is.
        """
        project = read({"funding": {"fiscal": amount}})

        assert json.loads(project.model_dump_json())["funding"]["fiscal"] == amount
        assert Project.model_validate_json(project.model_dump_json()) == project

    def test_lists_are_written_in_order(self) -> None:
        """
        Sets are written as sorted lists, so that the same project gives the same text.
        """
        text = read({"funding": {"sources": ["self_raised", "other"]}}).model_dump_json(exclude_none=True)

        assert text == '{"funding":{"sources":["other","self_raised"]}}'


class TestSchema:
    """
    The published JSON Schema, by which editors complete and check.
    """

    def test_describes_every_fact(self) -> None:
        """
        Each fact has a title, a description and its codes; unknown keys are refused at both levels.
        """
        schema = project_schema()

        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["additionalProperties"] is False
        assert "$schema" in schema["properties"]
        for path, fact in CORE_FACTS.items():
            section, _, name = path.rpartition(".")
            holder = schema["properties"][section] if section else schema
            entry = holder["properties"][name]
            assert holder["additionalProperties"] is False
            assert entry["title"] == fact.zh
            assert fact.help in entry["description"]
            assert all(f"{code} = {meaning}" in entry["description"] for code, meaning in (fact.values or {}).items())

    def test_is_json_and_the_model_s_own(self) -> None:
        """
        It can be written, and is what Pydantic gives to those who ask the model.
        """
        schema = project_schema()
        del schema["$schema"]

        assert json.loads(json.dumps(schema)) == Project.model_json_schema()
        assert Funding.model_json_schema()["properties"] == schema["properties"]["funding"]["properties"]
