"""
Packs against the text of the regulation: what a rule cites is there, says what the rule quotes, and has its figures.

A check for developers: the texts are not part of this repository. They are looked for in the folder that
GOVIT_RULES_TEXTS names (CITY.md, one file a city), else in `shared/regulations` beside the checkout, and a city without
a text is skipped. A text has a head (title, document number, dates), its articles under headings of the third level,
and, after the last article, appendices that are not law.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from govit_rules.articles import chinese_number
from govit_rules.conditions import AllOf, Condition, Named, NumberLiteral, Shift, Within, children
from govit_rules.library import load_pack, shipped_packs
from govit_rules.pack_reader import read_pack
from govit_rules.values import Span, parse_money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govit_rules.packs import Pack, Parameter, Rule

ROOT = Path(__file__).parent.parent
NUMERAL = "[一二三四五六七八九十百零〇]+"
_HEADING = re.compile(rf"((?:正文)?第{NUMERAL}条|解读{NUMERAL}(?:\({NUMERAL}\))?)")
_ITEM = re.compile(rf"\(({NUMERAL})\)")
_CITED = re.compile(
    rf"(?P<article>(?:正文)?第{NUMERAL}条|解读{NUMERAL}(?:\({NUMERAL}\))?)?"
    rf"(?:第(?P<paragraph>{NUMERAL})款)?(?:第\((?P<item>{NUMERAL})\)项)?(?P<lead>引语)?"
)
_BETWEEN = re.compile(r"[()（）、,，和及或至\s]|并见|同时见|另见|参见")


# -- the text


@dataclass
class Block:
    """
    A paragraph (款) of an article and the items (项) under it.
    """

    lead: str
    items: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n".join((self.lead, *self.items.values()))

    def item(self, number: str) -> str:
        """
        An item, with the words before the list that it completes, as 有下列行为之一的： are.
        """
        return f"{self.lead}\n{self.items[number]}" if self.lead.endswith(("：", ":")) else self.items[number]


@dataclass
class Text:
    """
    A regulation: its head, and its articles by their headings, each as paragraphs.
    """

    head: str
    articles: dict[str, list[Block]]

    def passage(self, citation: str) -> list[str]:
        """
        The passages that a citation names, one for each article, paragraph or item in it.

        Raises:
            LookupError: The text has no such place, or the citation cannot be read; the message says which.
        """
        passages, article, at = [], "", 0
        for match in _CITED.finditer(citation):
            if match.end() == match.start():
                continue
            if _BETWEEN.sub("", citation[at : match.start()]):
                break
            article, at = match["article"] or article, match.end()
            passages.append(self._place(article, match["paragraph"], match["item"], lead_only=bool(match["lead"])))
        if not passages or _BETWEEN.sub("", citation[at:]):
            raise LookupError(f"看不懂条款 {citation!r}")
        return passages

    def _place(self, article: str, paragraph: str | None, item: str | None, *, lead_only: bool) -> str:
        if article not in self.articles:
            raise LookupError(f"文本里没有 {article}")
        blocks = self.articles[article]
        if paragraph is not None:
            number = [chinese_number(n) for n in range(1, 200)].index(paragraph)
            if number >= len(blocks):
                raise LookupError(f"{article}没有第{paragraph}款")
            blocks = blocks[number : number + 1]
        if item is not None:
            found = [block.item(item) for block in blocks if item in block.items]
            if not found:
                raise LookupError(f"{article}没有第({item})项")
            return "\n".join(found)
        return "\n".join(block.lead if lead_only else block.text for block in blocks)

    @property
    def whole(self) -> str:
        return "\n".join(block.text for blocks in self.articles.values() for block in blocks)


def read_text(markdown: str) -> Text:
    """
    A regulation from Markdown; the brackets around supplied words are taken away.
    """
    plain = markdown.replace("〔第〕", "第").replace("〔条〕", "条")
    head, *sections = re.split(r"^#{2,3} ", plain, flags=re.MULTILINE)
    articles: dict[str, list[Block]] = {}
    for section in sections:
        heading, _, body = section.partition("\n")
        if match := _HEADING.fullmatch(re.sub("[〔〕 ]", "", heading)):
            articles[match[1]] = blocks_of([part.strip() for part in body.split("\n\n") if part.strip()])
        elif articles and re.match("附|校勘", heading):
            break
    return Text(_plain(head), articles)


def blocks_of(parts: list[str]) -> list[Block]:
    """
    The paragraphs of an article. What stands between two items of one list belongs to the item before it.
    """
    numbers = {i: match[1] for i, part in enumerate(parts) if (match := _ITEM.match(part))}
    blocks = [Block("")] if 0 in numbers else []
    for i, part in enumerate(parts):
        following = next((numbers[j] for j in sorted(numbers) if j > i), None)
        if i in numbers:
            blocks[-1].items[numbers[i]] = _plain(part)
        elif blocks and blocks[-1].items and (_continued(blocks[-1], following) or _titled(blocks[-1])):
            last = next(reversed(blocks[-1].items))
            blocks[-1].items[last] += "\n" + _plain(part)
        else:
            blocks.append(Block(_plain(part)))
    return blocks


def _continued(block: Block, following: str | None) -> bool:
    return following == chinese_number(len(block.items) + 1)


def _titled(block: Block) -> bool:
    """
    Whether the items are titles with text below, as (一)项目申报。 is.
    """
    first = next(iter(block.items.values()))
    return "\n" in first and len(block.items) > 1


def _plain(text: str) -> str:
    return re.sub(r"[〔〕 \u3000]", "", text)


def text_of(city: str) -> Text:
    """
    The text of a city's regulation; skips the test where there is none.
    """
    folder = Path(os.environ.get("GOVIT_RULES_TEXTS") or ROOT.parent / "shared" / "regulations")
    file = folder / f"{city}.md"
    if not file.is_file():
        pytest.skip(f"no text of {city}: name the folder of the regulations in GOVIT_RULES_TEXTS")
    return read_text(file.read_text(encoding="utf-8"))


# -- what is wrong


def wrong_citations(pack: Pack, text: Text) -> Iterator[str]:
    """
    Rules, steps, reasons and figures that cite what the text does not have.
    """
    cited = [(rule.id, rule.article) for rule in pack.rules.values()]
    cited += [(step.id, article) for step in pack.path.values() for article in step.articles]
    cited += [(article, article) for article in pack.reasons]
    cited += [(f"${parameter.name}", parameter.article) for parameter in pack.parameters.values()]
    for name, citation in cited:
        try:
            text.passage(citation)
        except LookupError as error:
            yield f"{name}: {error}"


def wrong_phrases(pack: Pack, text: Text) -> Iterator[str]:
    """
    Phrases that do not stand in any passage that their rule cites, and rules that quote nothing.
    """
    for rule in pack.rules.values():
        passages = _passages(text, rule.article)
        if not rule.phrases:
            yield f"{rule.id}: 没有摘引条文"
        for phrase in rule.phrases:
            if not any(_plain(phrase) in passage for passage in passages):
                yield f"{rule.id}: {rule.article}里没有“{phrase}”"


def wrong_figures(pack: Pack, text: Text) -> Iterator[str]:
    """
    Figures that do not stand in the article that they cite.
    """
    for parameter in pack.parameters.values():
        passage = "\n".join(_passages(text, parameter.article))
        for _, value in parameter.values:
            if value is not None and not _stands(parameter, value, passage, text.head):
                yield f"${parameter.name}: {parameter.article}里没有 {value}"


def _stands(parameter: Parameter, value: Any, passage: str, head: str) -> bool:
    if parameter.type == "money":
        return value in amounts_in(passage)
    if parameter.type == "date":
        # 自…之日起: the text fixes the day by the day of its issue, which its head gives.
        where = passage + head if "之日起" in passage else passage
        return any(form in where for form in (f"{value.year}年{value.month}月{value.day}日", value.isoformat()))
    if parameter.type in ("int", "year"):
        # What is counted in months may be written in years.
        in_years = value // 12 if "month" in parameter.name and value % 12 == 0 else None
        return value in numbers_in(passage) or any(form in passage for form in spoken(Span(in_years or value, "y")))
    return all(part in passage for part in ([value] if isinstance(value, str) else [])) or parameter.type == "enum_list"


def wrong_spans(pack: Pack, text: Text) -> Iterator[str]:
    """
    Times and amounts written in conditions that stand neither in the rule's article nor, in a definition, in the text.
    """
    for rule in pack.rules.values():
        passage = "\n".join(_passages(text, rule.article))
        for condition in (rule.when, rule.require, rule.due):
            for figure, named in figures_in(condition):
                where = text.whole if named else passage
                if not any(form in where for form in spoken(figure)):
                    yield f"{rule.id}: {rule.article}里没有 {figure}"


def wrong_totals(pack: Pack, text: Text) -> Iterator[str]:
    """
    A title, document number, day or number of articles that is not the text's.
    """
    regulation = pack.regulation
    if _plain(regulation.title) not in text.head:
        yield f"标题不是 {regulation.title}"
    if regulation.doc_number and _plain(regulation.doc_number) not in text.head:
        yield f"文号不是 {regulation.doc_number}"
    for day in (regulation.issued, regulation.effective):
        if day and not any(form in text.head for form in (f"{day.year}年{day.month}月{day.day}日", day.isoformat())):
            yield f"文首没有 {day}"
    if isinstance(regulation.articles, tuple):
        if regulation.articles != tuple(text.articles):
            yield f"条文是 {'、'.join(text.articles)},不是 {'、'.join(regulation.articles)}"
    elif regulation.articles is not None and regulation.articles != len(text.articles):
        yield f"条文有 {len(text.articles)} 条,不是 {regulation.articles} 条"


def _passages(text: Text, citation: str) -> list[str]:
    try:
        return text.passage(citation)
    except LookupError:
        return []


# -- figures in Chinese


def amounts_in(passage: str) -> set[Decimal]:
    """
    The amounts of a passage; of a range such as 20-100万元 both ends.
    """
    found = set()
    for match in re.finditer(
        r"([\d.,]+)((?:\([^)]*\)|（[^）]*）)?)(?=(?:[-—–~～至到]+[\d.,]+)?(万元|亿元|万|亿|元))", passage
    ):
        found.add(parse_money(f"{match[1]}{match[3]}"))
    for match in re.finditer(rf"({NUMERAL}|[一二三四五六七八九]百|[一二三四五六七八九]千)(万元|亿元)", passage):
        if (number := _spoken_number(match[1])) is not None:
            found.add(parse_money(f"{number}{match[2]}"))
    return found


def numbers_in(passage: str) -> set[int]:
    """
    The whole numbers of a passage, in figures or in Chinese.
    """
    figures = {int(number) for number in re.findall(r"(?<![\d.])\d{1,9}(?![\d.])", passage)}
    return figures | {number for word in re.findall(NUMERAL, passage) if (number := _spoken_number(word)) is not None}


def _spoken_number(word: str) -> int | None:
    plain = {chinese_number(n): n for n in range(1, 200)}
    plain |= {f"{chinese_number(n)}百": n * 100 for n in range(1, 10)}
    plain |= {f"{chinese_number(n)}千": n * 1000 for n in range(1, 10)}
    return plain.get(word)


def spoken(figure: Span | Decimal) -> list[str]:
    """
    The ways in which a regulation writes a span of time or an amount.
    """
    if not isinstance(figure, Span):
        number = int(figure)
        return [
            f"{number // 10**power}{unit}"
            for power, unit in ((8, "亿元"), (4, "万元"), (4, "万"), (0, "元"))
            if number % 10**power == 0
        ]
    n, unit = figure.n, figure.unit
    units = {"d": ("日", "天", "个自然日"), "wd": ("个工作日", "工作日"), "mo": ("个月", "月"), "y": ("年", "周年")}[
        unit
    ]
    numbers = [str(n), chinese_number(n)] + (["两"] if n == 2 else [])
    forms = [f"{number}{form}" for number in numbers for form in units]
    forms += [f"{number}至" for number in numbers if unit == "mo"]  # the lower end of 3至6个月
    return forms + _OTHER_WORDS.get((n, unit), [])


# A whole month or year is told from the first days of the month or year, and the one after it.
_OTHER_WORDS: Final = {
    (15, "d"): ["半个月"],
    (1, "mo"): ["每月"],
    (2, "mo"): ["每月"],
    (3, "mo"): ["一个季度"],
    (6, "mo"): ["半年"],
    (12, "mo"): ["一年", "1年"],
    (1, "y"): ["每年", "年度"],
}


def figures_in(term: Any, *, named: bool = False) -> Iterator[tuple[Span | Decimal, bool]]:
    """
    The spans and amounts of a condition or day, but for zero and single days; and whether a definition holds them.
    """
    if isinstance(term, Named):
        yield from figures_in(term.item, named=True)
        return
    if isinstance(term, Within):
        yield from ((span, named) for span in (term.least, term.most) if span.n > 1)
        yield from figures_in(term.after, named=named)
        return
    if isinstance(term, NumberLiteral) and term.type == "money" and term.value:
        yield Decimal(term.value), named
    if isinstance(term, Shift) and isinstance(span := term.span, Span) and not (span.unit == "d" and span.n <= 1):
        yield span, named
    for part in _parts(term):
        yield from figures_in(part, named=named)


def _parts(term: Any) -> tuple[Any, ...]:
    if parts := children(term):
        return parts
    if not hasattr(term, "__dataclass_fields__"):
        return ()
    return tuple(getattr(term, name) for name in term.__dataclass_fields__)


# -- the check


@pytest.fixture(params=sorted(shipped_packs()))
def pack(request: pytest.FixtureRequest) -> Pack:
    return load_pack(request.param)


@pytest.fixture
def text(pack: Pack) -> Text:
    return text_of(pack.city)


def test_every_citation_exists(pack: Pack, text: Text) -> None:
    """
    Every article, paragraph and item that a rule, a step, a reason or a figure cites is in the text.
    """
    assert list(wrong_citations(pack, text)) == []


def test_every_phrase_stands_in_its_article(pack: Pack, text: Text) -> None:
    """
    Every rule quotes its article, and what it quotes stands there word by word.
    """
    assert list(wrong_phrases(pack, text)) == []


def test_every_figure_stands_in_its_article(pack: Pack, text: Text) -> None:
    """
    Every amount, number and day among the parameters stands in the article that it cites.
    """
    assert list(wrong_figures(pack, text)) == []


def test_every_span_stands_in_its_article(pack: Pack, text: Text) -> None:
    """
    Every number of days, working days, months and years in a rule stands in its article.
    """
    assert list(wrong_spans(pack, text)) == []


def test_the_head_is_that_of_the_text(pack: Pack, text: Text) -> None:
    """
    Title, document number, days and the number of articles are those of the text.
    """
    assert list(wrong_totals(pack, text)) == []


# -- the check is checked

TEXT = """\
# 样例市信息化项目管理办法

- 文号：样府办发〔2019〕1号
- 发布日期：2019年8月27日

## 第一章 总则

### 第一条

本办法适用于总投资超过20万元以上的项目。

### 第二条

项目申报流程。

(一)项目申报。

申报单位应当在15个工作日内报送申请表。

(二)项目初审。

主管部门对50万元（含）-100万元的项目在三个月内初审。

### 第三条

有下列行为之一的，应当承担责任：

(一)未经批准擅自建设的；

(二)未按规定〔招标〕的。

对违反本办法规定的，予以通报批评。

### 〔第〕四〔条〕

申报的条件：

(一)需求明确；

(二)技术先进。

不得申报的情形：

(一)新建机房；

(二)重复建设。

### 第五条

本办法自印发之日起施行。

## 附一 解读

### 第六条

这里不是条文，300万元。
"""

PACK = """\
city: sample
name: {zh: 样例市, en: Sample}
division_code: "990000"
regulation: {title: 样例市信息化项目管理办法, doc_number: 样府办发〔2019〕1号, issued: 2019-08-27, articles: 5}
parameters:
  floor: {article: 第一条, zh: 下限, values: {2019-08-27: 20万元}}
  review: {article: 第二条第(二)项, zh: 上限, values: {2019-08-27: 100万元}}
  start: {article: 第五条, zh: 施行, values: {2019-08-27: 2019-08-27}}
applies: {rule.XX-1: true}
rules:
  XX-1: {kind: scope, article: 第一条, stage: any, scope: true, severity: mandatory, bearer: 甲, phrases: [总投资超过20万元以上],
    when: {funding.total_investment: "> $floor", planning.applied_on: ">= $start"}, zh: {title: 甲}, en: {title: A}}
  XX-2: {kind: deadline, article: 第二条第(一)项, stage: any, severity: mandatory, bearer: 甲, phrases: [报送申请表],
    when: {funding.total_investment: "<= $review"}, require: {planning.applied_on: "<= review.passed_on + 15wd"},
    zh: {title: 乙, fix: 乙}, en: {title: B, fix: B}}
  XX-3: {kind: prohibition, article: 第三条第一款第(二)项, stage: any, severity: mandatory, bearer: 甲, phrases: [未按规定招标],
    require: {procurement.compliant: true}, zh: {title: 丙, fix: 丙}, en: {title: C, fix: C}}
  XX-4: {kind: prohibition, article: 第四条第二款第(一)项(并见第三条第二款), stage: any, severity: mandatory, bearer: 甲,
    phrases: [新建机房, 予以通报批评], require: {infrastructure.hosting: {none_of: [own_machine_room]}},
    zh: {title: 丁, fix: 丁}, en: {title: D, fix: D}}
path:
  S1: {name: 初审, actor: 乙, articles: [第二条第(二)项, 第二条], norms: [XX-2]}
articles:
  第一条: {XX-0: 适用范围的说明}
  第五条: {XX-5: 施行日期}
"""


def findings(pack: Pack, text: Text) -> list[str]:
    """
    All that the check finds wrong.
    """
    return [
        found
        for check in (wrong_citations, wrong_phrases, wrong_figures, wrong_spans, wrong_totals)
        for found in check(pack, text)
    ]


def test_a_right_pack_passes() -> None:
    """
    A pack that says what its text says is passed.
    """
    assert findings(read_pack(PACK, "x.yaml"), read_text(TEXT)) == []


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("article: 第一条, stage", "article: 第二条, stage", "XX-1: 第二条里没有“总投资超过20万元以上”"),
        ("article: 第一条, zh: 下限", "article: 第三条, zh: 下限", "$floor: 第三条里没有 200000"),
        ("article: 第二条第(一)项", "article: 第二条第(二)项", "XX-2: 第二条第(二)项里没有“报送申请表”"),
        ("article: 第二条第(一)项", "article: 第二条第(三)项", "XX-2: 第二条没有第(三)项"),
        ("article: 第二条第(一)项", "article: 第二条第六目", "XX-2: 看不懂条款 '第二条第六目'"),
        ("第三条第一款第(二)项", "第三条第二款第(二)项", "XX-3: 第三条没有第(二)项"),
        ("第三条第一款第(二)项", "第三条第三款", "XX-3: 第三条没有第三款"),
        ("第三条第一款第(二)项", "第三条第一款第(一)项", "XX-3: 第三条第一款第(一)项里没有“未按规定招标”"),
        (
            "第四条第二款第(一)项",
            "第四条第一款第(一)项",
            "XX-4: 第四条第一款第(一)项(并见第三条第二款)里没有“新建机房”",
        ),
        ("(并见第三条第二款)", "", "XX-4: 第四条第二款第(一)项里没有“予以通报批评”"),
        ("[第二条第(二)项, 第二条]", "[第二条第(九)项, 第二条]", "S1: 第二条没有第(九)项"),
        ("2019-08-27: 20万元", "2019-08-27: 30万元", "$floor: 第一条里没有 300000"),
        ("2019-08-27: 20万元", "2019-08-27: 200万元", "$floor: 第一条里没有 2000000"),
        ("2019-08-27: 100万元", "2019-08-27: 10万元", "$review: 第二条第(二)项里没有 100000"),
        ("{2019-08-27: 2019-08-27}", "{2019-08-27: 2019-08-28}", "$start: 第五条里没有 2019-08-28"),
        ("+ 15wd", "+ 15d", "XX-2: 第二条第(一)项里没有 15d"),
        ("+ 15wd", "+ 20wd", "XX-2: 第二条第(一)项里没有 20wd"),
        (
            "phrases: [新建机房, ",
            "phrases: [新建机房楼, ",
            "XX-4: 第四条第二款第(一)项(并见第三条第二款)里没有“新建机房楼”",
        ),
        ("phrases: [报送申请表],", "", "XX-2: 没有摘引条文"),
        ("title: 样例市信息化项目", "title: 样例市政务信息化项目", "标题不是 样例市政务信息化项目管理办法"),
        ("〔2019〕1号", "〔2019〕2号", "文号不是 样府办发〔2019〕2号"),
        ("issued: 2019-08-27", "issued: 2019-08-26", "文首没有 2019-08-26"),
    ],
)
def test_a_wrong_pack_is_caught(right: str, wrong: str, found: str) -> None:
    """
    A neighbouring article, paragraph or item, a figure off by a digit, days for working days, a misquoted word: each is
    caught.
    """
    assert PACK.count(right) == 1

    assert found in findings(read_pack(PACK.replace(right, wrong), "x.yaml"), read_text(TEXT))


def test_an_article_that_is_not_in_the_text_is_caught() -> None:
    """
    What stands only in an appendix is no law, and what was left out of the text is missed.
    """
    without = TEXT.replace("### 第三条", "### 其他")

    found = findings(read_pack(PACK, "x.yaml"), read_text(without))

    assert "XX-3: 文本里没有 第三条" in found
    assert "条文有 4 条,不是 5 条" in found


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        (
            "article: 第十四条第(四)项\n    stage: approval\n    severity: blocking",
            "article: 第十三条\n    stage: approval\n    severity: blocking",
            "LZ-14.4-d: 第十三条里没有“1000万元及以上”",
        ),
        (
            "article: 第十四条第(四)项\n    zh",
            "article: 第十四条第(三)项\n    zh",
            "$standing_meeting_floor: 第十四条第(三)项里没有 10000000",
        ),
        ("{2019-08-27: 1000万元}", "{2019-08-27: 100万元}", "$standing_meeting_floor: 第十四条第(四)项里没有 1000000"),
        (
            "article: 第十七条第一款第(三)项",
            "article: 第十七条第一款第(二)项",
            "LZ-17.3-a: 第十七条第一款第(二)项里没有“未按规定招标”",
        ),
    ],
    ids=["article", "item", "figure", "neighbouring-item"],
)
def test_a_wrong_luzhou_is_caught(right: str, wrong: str, found: str) -> None:
    """
    A wrong article and a wrong figure in a real pack are caught by its real text.
    """
    text = text_of("luzhou")
    pack = shipped_packs()["luzhou"].read_text(encoding="utf-8")
    assert pack.count(right) == 1

    assert found in findings(read_pack(pack.replace(right, wrong), "x.yaml"), text)


@pytest.mark.parametrize(
    ("passage", "amounts"),
    [
        ("总投资超过20万元以上", {200000}),
        ("50万元（含）-100万元", {500000, 1000000}),
        ("20-100万元", {200000, 1000000}),
        ("1,200,000元", {1200000}),
        ("0.3亿元", {30000000}),
        ("五十万元以下、三千万元以上", {500000, 30000000}),
        ("2019年第20号", set()),
    ],
)
def test_amounts(passage: str, amounts: set[int]) -> None:
    """
    Amounts are read in figures and in words, alone and in ranges.
    """
    assert amounts_in(passage) == {Decimal(amount) for amount in amounts}


def test_figures_of_conditions() -> None:
    """
    Spans are found wherever a condition holds them, in definitions too.
    """
    rule: Rule = read_pack(PACK, "x.yaml").rules["XX-2"]
    condition: Condition = AllOf((rule.require or rule.when, Named("def.x", rule.require or rule.when)))

    assert list(figures_in(condition)) == [(Span(15, "wd"), False), (Span(15, "wd"), True)]


def test_spoken() -> None:
    """
    A span or an amount is looked for in the forms in which regulations write it.
    """
    assert {"15个工作日", "十五个工作日"} <= set(spoken(Span(15, "wd")))
    assert {"6个月", "六个月", "半年"} <= set(spoken(Span(6, "mo")))
    assert "两年" in spoken(Span(2, "y"))
    assert "20万元" in spoken(Decimal(200000))
