"""
Whether a pack leaves nothing of its regulation out: every article, its rules or reasons, and the cases that try them.

The totals are the pack's own word (``regulation.articles`` and ``.norms``); a pack that states none is not complete,
for nobody can say what it lacks. Imports: `articles`, `errors`, `packs` (types), `sources`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from govit_rules.articles import article_names, article_number, article_of
from govit_rules.errors import Defect, PackError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from govit_rules.packs import Pack, Rule


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """
    One article: its rules, its norms that are no rules with the reason, how many rules of each kind, how many cases.

    ``cases`` is None where no cases were looked for.
    """

    article: str
    rules: tuple[str, ...]
    reasons: Mapping[str, str]
    kinds: Mapping[str, int]
    cases: int | None

    @property
    def accounted_for(self) -> bool:
        """
        Whether the article has a rule, or a reason for having none.
        """
        return bool(self.rules or self.reasons)


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    What a pack makes of its regulation, article by article.

    ``articles`` and ``norms`` are the totals that the pack states, ``kinds`` counts its rules by kind, ``untested``
    names the rules that no case expects anything of. ``cases`` is None, and ``untested`` empty, without cases.
    """

    city: str
    title: str
    rows: tuple[ArticleRow, ...]
    articles: int | None
    norms: int | None
    norms_accounted_for: int
    kinds: Mapping[str, int]
    cases: int | None
    untested: tuple[str, ...]

    @property
    def articles_accounted_for(self) -> int:
        """
        How many articles have a rule or a reason.
        """
        return sum(row.accounted_for for row in self.rows)

    @property
    def complete(self) -> bool:
        """
        Whether every article and every norm is accounted for, by totals that the pack states.
        """
        all_articles = self.articles is not None and self.articles_accounted_for == self.articles == len(self.rows)
        return all_articles and self.norms_accounted_for == self.norms

    @property
    def sentence(self) -> str:
        """
        The totals in English, as ``29 of 29 articles, 101 of 101 norms accounted for``.
        """
        articles = f"{self.articles_accounted_for} of {_total(self.articles)} articles"
        return f"{articles}, {self.norms_accounted_for} of {_total(self.norms)} norms accounted for"

    def as_dict(self) -> dict[str, Any]:
        """
        The same as plain data.
        """
        return {
            "city": self.city,
            "title": self.title,
            "complete": self.complete,
            "articles": {"accounted_for": self.articles_accounted_for, "total": self.articles},
            "norms": {"accounted_for": self.norms_accounted_for, "total": self.norms},
            "kinds": dict(self.kinds),
            "cases": self.cases,
            "untested": list(self.untested),
            "rows": [
                {
                    "article": row.article,
                    "rules": list(row.rules),
                    "reasons": dict(row.reasons),
                    "kinds": dict(row.kinds),
                    "cases": row.cases,
                }
                for row in self.rows
            ],
        }


def _total(number: int | None) -> str:
    return "?" if number is None else str(number)


def coverage_of(pack: Pack, cases_folder: Path | None) -> Coverage:
    """
    What a pack makes of every article of its regulation.

    Args:
        pack: Any pack.
        cases_folder: Where the case files of all cities are (``<city>/*.yaml``); None to count no cases.

    Raises:
        PackError: A case file cannot be read as one.
    """
    cases = None if cases_folder is None else [set(named) for named in _cases(cases_folder / pack.city)]
    tested: set[str] = set().union(*cases or ())
    return Coverage(
        city=pack.city,
        title=pack.regulation.title,
        rows=tuple(_rows(pack, cases)),
        articles=pack.regulation.article_count,
        norms=pack.regulation.norms,
        norms_accounted_for=len({norm for norms in pack.reasons.values() for norm in norms} | set(pack.rules)),
        kinds=Counter(rule.kind for rule in pack.rules.values()),
        cases=None if cases is None else len(cases),
        untested=() if cases is None else tuple(rule for rule in pack.rules if rule not in tested),
    )


def _rows(pack: Pack, cases: Sequence[set[str]] | None) -> Iterator[ArticleRow]:
    stated = pack.regulation.articles
    names = article_names(stated if isinstance(stated, tuple) else max(stated or 0, _last_cited(pack)))
    rules: dict[str | None, list[Rule]] = {}
    for rule in pack.rules.values():
        rules.setdefault(article_of(rule.article, names), []).append(rule)
    reasons: dict[str | None, dict[str, str]] = {}
    for article, norms in pack.reasons.items():
        reasons.setdefault(article_of(article, names), {}).update(norms)
    for name in names:
        held = rules.get(name, [])
        ids = {rule.id for rule in held}
        yield ArticleRow(
            article=name,
            rules=tuple(rule.id for rule in held),
            reasons=reasons.get(name, {}),
            kinds=Counter(rule.kind for rule in held),
            cases=None if cases is None else sum(not ids.isdisjoint(named) for named in cases),
        )


def _last_cited(pack: Pack) -> int:
    cited = (*(rule.article for rule in pack.rules.values()), *pack.reasons)
    return max((article_number(article) or 0 for article in cited), default=0)


# ---------------------------------------------------------------------------------------------------------------------
# Cases

_EXPECTING = ("expect", "needs", "due", "reading")


def _cases(folder: Path) -> Iterator[Iterable[str]]:
    """
    The rules that each case of a folder expects something of.
    """
    for path in sorted(folder.glob("*.yaml")):
        data = _yaml(path)
        # What the cases of a folder start from lies beside them, and is no case file.
        listed = data.get("cases", []) if isinstance(data, dict) else None
        if not isinstance(listed, list) or not all(isinstance(case, dict) for case in listed):
            raise PackError([Defect(str(path), "不是用例文件", "cases: 之下每项写成一组键值，样子见 docs/packs.md")])
        yield from map(_named_by, listed)


def _named_by(case: Mapping[str, Any]) -> set[str]:
    expected = (case.get(key) for key in _EXPECTING)
    return {str(rule) for table in expected if isinstance(table, dict) for rule in table}


def _yaml(path: Path) -> Any:
    import yaml

    from govit_rules.sources import MAX_BYTES

    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise PackError([Defect(str(path), f"用例文件超过 {MAX_BYTES:,} 字节", "拆成几个文件")])
        return yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, PackError):
            raise
        raise PackError([Defect(str(path), f"用例文件读不出来: {error}", "查缩进、冒号和引号")]) from None
