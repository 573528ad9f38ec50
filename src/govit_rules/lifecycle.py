"""
A project through time: `track` follows its events through the lifecycle of a pack.

Every event changes the facts, and may change the state. Before and after it the project is judged by the pack, as the
law stood on that day: what the event turned into a violation is a breach of its own, what was violated when it came is
one of time that ran out. So the tracker says of no clause other than `evaluate` does.

The clock is not read. Imports: `chronicle`, `deadlines`, `diagram`, `errors`, `evaluate`, `events`, `judge`, `machine`,
`packs`, `values`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from govit_rules.chronicle import Chronicle, Notice, withdrawals
from govit_rules.conditions import Condition, fact_of
from govit_rules.deadlines import Deadline, deadlines_of, time_limits
from govit_rules.diagram import MET, Question, solve
from govit_rules.errors import Defect, EngineUnavailable, EventError
from govit_rules.evaluate import evaluate, read_local
from govit_rules.events import EventRecord, read_facts
from govit_rules.explain import label_of
from govit_rules.facts import nearest
from govit_rules.judge import Judge, judge_for
from govit_rules.machine import Guard, Machine, ahead, best
from govit_rules.packs import FACTS_ONLY
from govit_rules.values import Span, is_working_day, shift

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from govit_rules.decision import Decision
    from govit_rules.packs import Clock, Lifecycle, LifecycleEvent, Pack, Transition, Yearly
    from govit_rules.project import Project

    # The events that an entry can be (several: undecided), the transition that it takes, what became of it.
    _Placed: TypeAlias = tuple[tuple[LifecycleEvent, ...], Transition | None, "Passage"]

MACHINES: Final = ("durable", "compiled")
_BINDING: Final = ("blocking", "mandatory")


@dataclass(frozen=True, slots=True)
class Breach:
    """
    A rule that came to be violated: on which day, and by which event (``line`` None: time ran out).

    ``cured_on`` is the day from which it was no longer violated, and ``became`` the outcome of the rule on it.
    Authorities' own duties have ``counts`` False. Of one that is ``undated`` the text sets no day: it is owed from
    ``on``, and done on ``cured_on``.
    """

    rule: str
    article: str
    title: str
    title_en: str
    severity: str
    bearer: str
    counts: bool
    on: date
    line: int | None
    message: str
    message_en: str
    undated: bool = False
    cured_on: date | None = None
    became: str | None = None

    @property
    def binding(self) -> bool:
        """
        Whether it makes the project non-compliant.
        """
        return self.counts and self.severity in _BINDING


@dataclass(frozen=True, slots=True)
class Passage:
    """
    What became of one event: the state before and after it, as which event of the pack it was taken, and how.

    ``how`` is regular; irregular (the state jumped, or the guard did not hold); recorded (the state did not change);
    not_counted (withdrawn, a duplicate, or it lies ahead).
    """

    record: EventRecord
    event: str | None
    origin: str
    target: str
    how: str
    norms: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NextEvent:
    """
    An event that the present state provides for: who does it, where it leads, and whether its condition holds.

    ``guard`` is true, false or unknown (``needs`` says for want of what), were it to happen on the day of judging.
    """

    event: str
    by: tuple[str, ...]
    target: str
    guard: Guard
    needs: tuple[str, ...]
    norms: tuple[str, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class Track:
    """
    Where a project stands on a day, and how it came there.

    ``decision`` is what `evaluate` says of ``project``, the facts that the events tell; ``past`` are deadlines that are
    over (met, missed and repeated since, or fallen away), ``deadlines`` those of the present facts.
    """

    pack: Pack
    as_of: date
    state: str
    partial: bool
    passages: tuple[Passage, ...]
    notices: tuple[Notice, ...]
    breaches: tuple[Breach, ...]
    deadlines: tuple[Deadline, ...]
    past: tuple[Deadline, ...]
    next: tuple[NextEvent, ...]
    project: Project
    decision: Decision
    machine: str

    @property
    def state_label(self) -> str:
        """
        The state in Chinese.
        """
        return self.pack.lifecycle.states[self.state] if self.pack.lifecycle else self.state

    @property
    def exit_code(self) -> int:
        """
        That of the decision.
        """
        return self.decision.exit_code

    def due_within(self, days: int) -> tuple[Deadline, ...]:
        """
        The deadlines that run and fall due in the next days, the first first.
        """
        until = self.as_of + timedelta(days=days)
        running = (each for each in self.deadlines if each.status == "running" and each.due_on <= until)
        return tuple(sorted(running, key=lambda each: each.due_on))


def track(
    records: Iterable[EventRecord],
    pack: Pack,
    *,
    as_of: date,
    given: Mapping[str, Any] | None = None,
    partial: bool = False,
    engine: str = "compiled",
) -> Track:
    """
    Follow a project's events through the lifecycle of a pack, up to a day.

    Args:
        records: From `read_events`; they are taken in the order of their days, those of one day as recorded.
        pack: The pack; it must have a lifecycle.
        as_of: The day of judging: events after it are listed and not counted.
        given: Facts known from the start, in the form of a project file.
        partial: Whether the record may lack events: what it does not have is then unknown, else it has not happened.
        engine: What matches states and events: ``compiled`` or ``durable``. The law is judged by ``compiled`` always.

    Raises:
        EventError: The pack has no lifecycle.
        ProjectError: ``given`` is wrong.
        EngineUnavailable: No such engine here.
    """
    return Tracker(pack, engine=engine).track(records, as_of=as_of, given=given, partial=partial)


class Tracker:
    """
    Tracks projects by one pack; see `track`.
    """

    def __init__(self, pack: Pack, *, engine: str = "compiled") -> None:
        if pack.lifecycle is None:
            raise EventError(
                [Defect("lifecycle", f"{pack.name['zh']}的规则包没有 lifecycle", "在规则包里写上状态和事件")]
            )
        self.pack, self.lifecycle, self.engine = pack, pack.lifecycle, engine
        self.machine = _machine(engine, pack.lifecycle)
        self.limits = time_limits(pack)
        self.monthly = {limit.rule.id for limit in self.limits if limit.monthly}
        self.recurring = {limit.rule.id for limit in self.limits if limit.recurs}
        self.ahead = ahead(pack.lifecycle)

    def track(
        self,
        records: Iterable[EventRecord],
        *,
        as_of: date,
        given: Mapping[str, Any] | None = None,
        partial: bool = False,
    ) -> Track:
        """
        Follow one project; the arguments are those of `track`.
        """
        facts = read_facts(given, self.pack) if given else {}
        life = _Life(self, Chronicle(self.pack, self.lifecycle, facts, partial=partial), as_of)
        listed = list(records)
        life.withdrawn, notices = withdrawals(listed)
        ordered, late = _in_order(listed)
        life.notices.extend((*notices, *late))
        for record in ordered:
            life.take(record)
        return life.end()


def _machine(engine: str, lifecycle: Lifecycle) -> Machine:
    if engine == "compiled":
        return Machine(lifecycle)
    if engine == "durable":
        from govit_rules.durable_engine import DurableMachine

        return DurableMachine(lifecycle)
    raise EngineUnavailable(f"没有引擎 {engine!r}；可用：{'、'.join(MACHINES)}")


def _in_order(records: Sequence[EventRecord]) -> tuple[list[EventRecord], list[Notice]]:
    """
    The events by day, and a notice for each that was entered after one of a later day.
    """
    notices = []
    latest: EventRecord | None = None
    for record in records:
        if latest is not None and record.day < latest.day:
            notices.append(Notice("late_entry", record.line, {"other": latest.line}))
        else:
            latest = record
    return sorted(records, key=lambda record: record.day), notices


class _Life:
    """
    One project on its way through the lifecycle.
    """

    def __init__(self, tracker: Tracker, chronicle: Chronicle, as_of: date) -> None:
        self.tracker, self.pack, self.lifecycle = tracker, tracker.pack, tracker.lifecycle
        self.chronicle, self.as_of = chronicle, as_of
        self.state = tracker.lifecycle.initial
        self.day: date | None = None
        self.passages: list[Passage] = []
        self.notices: list[Notice] = []
        self.breaches: list[Breach] = []
        self.deadlines: dict[Any, Deadline] = {}
        self.past: list[Deadline] = []
        self.clocks: dict[int, date] = {}
        self.stopped: dict[int, tuple[date, date]] = {}
        self.seen: dict[tuple[Any, ...], int] = {}
        self.occurred: dict[str, int] = {}
        self.withdrawn: Mapping[int, int] = {}
        self._looked: Decision | None = None

    # -- one event

    def take(self, record: EventRecord) -> None:
        """
        Take in one event; they come in the order of their days.
        """
        notice = self._not_counted(record)
        if notice is not None:
            self.notices.append(notice)
            self.passages.append(Passage(record, None, self.state, self.state, "not_counted"))
            return
        self._come_to(record.day)
        events, transition, passage = self._placed(record)
        if len(events) > 1:
            self._apply_undecided(events, record)
        else:
            self._apply(events[0], record)
        self.state = passage.target
        self.passages.append(passage)
        if transition is not None and passage.how == "irregular":
            self._notice_guard(transition, record)
        self._look(record.day, record.line)

    def _not_counted(self, record: EventRecord) -> Notice | None:
        """
        Why an entry does not count, if it does not.
        """
        if record.line in self.withdrawn:
            return Notice("withdrawn", record.line, {"other": self.withdrawn[record.line]})
        if record.day > self.as_of:
            return Notice("ahead", record.line, {"as_of": self.as_of})
        same = self.seen.setdefault(record.content, record.line)
        return None if same == record.line else Notice("duplicate", record.line, {"other": same})

    def _has_transitions(self, event: LifecycleEvent) -> bool:
        return any(each.event == event.name for each in self.lifecycle.transitions)

    def _provided(self, event: LifecycleEvent) -> bool:
        return any(each.event == event.name for each in self.lifecycle.leaving(self.state))

    def _placed(self, record: EventRecord) -> _Placed:
        """
        As which event of the pack a record is taken, and what it does to the state.
        """
        events = self._meant(record)
        if not events:
            return self._unknown(record), None, self._recorded(record, None)
        guards = self._guards(events, record)
        chosen = best(self.tracker.machine.matching(self.state, [event.name for event in events], guards))
        if chosen:
            return self._along(record, events, guards, chosen)
        if len(events) > 1:
            events = self._likeliest(events, guards)
        if len(events) > 1:
            return self._undecided(record, events, [event.name for event in events])
        if not self._has_transitions(events[0]):
            return events, None, self._recorded(record, events[0].name)
        return self._out_of_order(record, events[0], guards)

    def _meant(self, record: EventRecord) -> tuple[LifecycleEvent, ...]:
        """
        The events that a recorded name can mean; those that its facts contradict only if there is no other.
        """
        events = self.lifecycle.named(record.event)
        return tuple(event for event in events if not self.chronicle.contradicts(event, record)) or events

    def _along(
        self,
        record: EventRecord,
        events: Sequence[LifecycleEvent],
        guards: Mapping[int, Guard],
        chosen: tuple[int, ...],
    ) -> _Placed:
        transitions = [self.lifecycle.transitions[i] for i in chosen]
        events = tuple(event for event in events if event.name in {each.event for each in transitions})
        if len({(each.event, each.target) for each in transitions}) > 1:
            choices = [f"{each.event}→{self.lifecycle.states[each.target]}" for each in transitions]
            return self._undecided(record, events, choices)
        transition = transitions[0]
        how = "regular" if guards[chosen[0]] == "true" else "irregular"
        passage = Passage(record, transition.event, self.state, transition.target, how, transition.norms)
        return events, transition, passage

    def _likeliest(self, events: tuple[LifecycleEvent, ...], guards: Mapping[int, Guard]) -> tuple[LifecycleEvent, ...]:
        """
        Of several events none of which the state provides for: those that lead on, by the transitions that hold best.
        """
        names = {event.name for event in events}
        chosen = {self.lifecycle.transitions[i].event for i in best(self._leading_on(names, guards))}
        return tuple(event for event in events if event.name in chosen) or events

    def _leading_on(self, names: Collection[str], guards: Mapping[int, Guard]) -> dict[int, Guard]:
        """
        The transitions for some events, from whatever state ahead, that lead to states ahead of the present one.
        """
        reach = self.tracker.ahead[self.state] - {self.state}
        return {
            i: guards[i]
            for i, each in enumerate(self.lifecycle.transitions)
            if each.event in names and each.origin in reach and each.target in reach
        }

    def _undecided(self, record: EventRecord, events: tuple[LifecycleEvent, ...], choices: Sequence[str]) -> _Placed:
        """
        Which event it was, or where it leads, is not known: the state stays.
        """
        about = {"event": record.event, "choices": "、".join(choices)}
        self.notices.append(Notice("ambiguous", record.line, about))
        return events, None, self._recorded(record, events[0].name if len(events) == 1 else None)

    def _out_of_order(self, record: EventRecord, event: LifecycleEvent, guards: Mapping[int, Guard]) -> _Placed:
        """
        An event for which the state does not provide: it leads to where it leads, if that lies ahead.
        """
        jumps = self._leading_on((event.name,), guards)
        targets = {self.lifecycle.transitions[i].target for i in best(jumps)}
        label = self.lifecycle.states[self.state]
        about = {"event": event.name, "state": label, "skipped": "", "skipped_en": ""}
        if len(targets) != 1:
            self.notices.append(Notice("out_of_order", record.line, about))
            return (event,), None, self._recorded(record, event.name)
        transition = self.lifecycle.transitions[best(jumps)[0]]
        skipped = self._between(self.state, transition.origin)
        if skipped:
            about |= {
                "skipped": f"（越过 {'、'.join(skipped)}）",
                "skipped_en": f" (passed over: {', '.join(skipped)})",
            }
        self.notices.append(Notice("out_of_order", record.line, about))
        passage = Passage(record, event.name, self.state, transition.target, "irregular", transition.norms, skipped)
        return (event,), transition if guards[best(jumps)[0]] != "true" else None, passage

    def _between(self, state: str, origin: str) -> tuple[str, ...]:
        """
        The events on the shortest way from one state to another.
        """
        ways: dict[str, tuple[str, ...]] = {state: ()}
        todo = [state]
        for at in todo:
            for each in self.lifecycle.leaving(at):
                if each.target not in ways:
                    ways[each.target] = (*ways[at], each.event)
                    todo.append(each.target)
        return ways.get(origin, ())

    def _recorded(self, record: EventRecord, name: str | None) -> Passage:
        return Passage(record, name, self.state, self.state, "recorded")

    def _unknown(self, record: EventRecord) -> tuple[LifecycleEvent, ...]:
        """
        What an entry may be whose name the pack does not have: none of its events, or one that is called much like it.
        """
        names = [name for event in self.lifecycle.events.values() for name in (event.name, *event.also)]
        near = nearest(record.event, names)
        about = {
            "event": record.event,
            "near": f"（是不是“{near}”？它会说明的事实按不知道处理）" if near else "",
            "near_en": f" (did you mean “{near}”? what it would say is taken as unknown)" if near else "",
        }
        self.notices.append(Notice("unknown_event", record.line, about))
        meant = () if near is None else self.lifecycle.named(near)
        return (FACTS_ONLY, *(event for event in meant if event != FACTS_ONLY))

    def _notice_guard(self, transition: Transition, record: EventRecord) -> None:
        guard, needs = self._guard(transition.when, self.chronicle.facts, record.day)
        if guard == "true":
            return
        about = {
            "event": transition.event,
            "needs": "、".join(label_of(self.pack, name) for name in needs),
            "needs_en": ", ".join(label_of(self.pack, name, "en") for name in needs),
        }
        self.notices.append(Notice("guard_fails" if guard == "false" else "guard_unknown", record.line, about))

    def _apply(self, event: LifecycleEvent, record: EventRecord) -> None:
        anew = self._provided(event) or not self._has_transitions(event)
        self.notices.extend(self.chronicle.enter(event, record, again=event.name in self.occurred and not anew))
        self.occurred[event.name] = record.line
        for i, clock in enumerate(self.lifecycle.clocks):
            if clock.end == event.name and i in self.clocks:
                self._stop(i, clock, record)
            if clock.start == event.name:
                self.clocks[i] = record.day
                self.stopped.pop(i, None)

    def _apply_undecided(self, events: Collection[LifecycleEvent], record: EventRecord) -> None:
        """
        A clock that one of the events would stop counts no further: nobody knows whether it does.
        """
        self.chronicle.enter_undecided(events, record)
        names = {event.name for event in events}
        for i, clock in enumerate(self.lifecycle.clocks):
            if clock.end in names and i in self.clocks:
                del self.clocks[i]
                self.chronicle.put({clock.fact: record.facts.get(clock.fact)}, record.line)

    # -- guards

    def _guards(self, events: Sequence[LifecycleEvent], record: EventRecord) -> dict[int, Guard]:
        """
        Of each transition for one of some events, whether its guard holds once the event has happened.
        """
        after = {event.name: self.chronicle.after(event, record) for event in events}
        return {
            i: self._guard(each.when, after[each.event], record.day)[0]
            for i, each in enumerate(self.lifecycle.transitions)
            if each.event in after
        }

    def _guard(self, when: Condition, facts: Mapping[str, Any], day: date) -> tuple[Guard, tuple[str, ...]]:
        judge = judge_for(self.pack, day)
        known = _as_judged(self.chronicle.known(facts), judge)
        stage = self.lifecycle.stages.get(self.state)
        given = {**judge.parameters, **known, **({} if stage is None else {"stage": stage})}
        solution = solve(Question(when), given, judge.domain, day)
        if solution.reached == {MET}:
            return "true", ()
        needs = tuple(dict.fromkeys(fact_of(name) for name in solution.needs))
        return ("unknown", needs) if MET in solution.reached else ("false", ())

    # -- clocks

    def _stop(self, index: int, clock: Clock, record: EventRecord) -> None:
        start = self.clocks.pop(index)
        self.stopped[index] = (start, record.day)
        taken = _working_days(start, record.day, self._limit(clock, record.day))
        if clock.fact in record.facts:
            stated = record.facts[clock.fact]
            if taken is not None and stated is not None and stated != taken:
                about = {"fact": label_of(self.pack, clock.fact), "other": self.occurred.get(clock.start, 0)}
                self.notices.append(
                    Notice("contradiction", record.line, {**about, "before": str(taken), "after": str(stated)})
                )
                self.chronicle.put({clock.fact: None}, record.line)
        else:
            self.chronicle.put({clock.fact: taken}, record.line)

    def _limit(self, clock: Clock, day: date) -> int | None:
        limit: int | None = self.pack.parameters[clock.limit].at(day)
        return limit

    def _run_clocks(self, day: date) -> None:
        """
        A clock that has run past its limit has taken that many days, however long it will still take.
        """
        for i, start in self.clocks.items():
            clock = self.lifecycle.clocks[i]
            limit = self._limit(clock, day)
            taken = _working_days(start, day, limit)
            late = taken is not None and limit is not None and taken > limit and not self.chronicle.partial
            self.chronicle.put({clock.fact: taken if late else None}, self.occurred.get(clock.start, 0))

    def _clock_deadlines(self, decision: Decision) -> Iterator[Deadline]:
        outcomes = {verdict.rule: verdict.outcome for verdict in decision.verdicts}
        for i, clock in enumerate(self.lifecycle.clocks):
            start, end = self.stopped.get(i, (self.clocks.get(i), None))
            limit = self._limit(clock, decision.as_of)
            if start is None or limit is None or outcomes[clock.rule] == "not_applicable":
                continue
            due_on = shift(start, Span(limit, "wd")).first
            until = end or decision.as_of
            taken = _working_days(start, until, limit)  # days off after the last day in time are no days late
            late = until > due_on if taken is None else taken > limit
            status = "missed" if late else "running" if end is None else "met"
            if status == "missed" and outcomes[clock.rule] != "violated":
                status = "unknown"
            rule = self.pack.rules[clock.rule]
            yield Deadline(
                *(rule.id, rule.article, rule.title["zh"], rule.title["en"], rule.bearer, rule.counts, rule.severity),
                *(clock.fact, start, None, due_on, end, status),
            )

    # -- time passes

    def _come_to(self, day: date) -> None:
        """
        Let time pass up to a day: years begin anew on the way, and what ran out is noticed.
        """
        if self.day is not None and day > self.day:
            for year in range(self.day.year, day.year):
                if any(self.state in yearly.states for yearly in self.lifecycle.yearly):
                    self._look(max(date(year, 12, 31), self.day), None)
                    self._look(date(year + 1, 1, 1), None)  # what was due by the end of the year
                    self._new_year(year + 1)
                    self._look(date(year + 1, 1, 1), None)
            self._look(day, None)
        elif self.day is None and self.chronicle.facts:
            self._look(day, None)  # what was wrong before anything happened is no event's fault
        self.day = day

    def _new_year(self, year: int) -> None:
        for yearly in self.lifecycle.yearly:
            if self.state in yearly.states:
                line = self.passages[-1].record.line if self.passages else 0
                self.chronicle.put(_begun_anew(yearly, year, partial=self.chronicle.partial), line)

    def _look(self, day: date, line: int | None) -> None:
        """
        Judge the project on a day, and note what has come to be violated since it was last judged.
        """
        self._run_clocks(day)
        before, last = self._looked, self.day
        decision = evaluate(self.chronicle.project(self.state), self.pack, as_of=day)
        self._looked, self.day = decision, day
        was = _violated(before) if before is not None else set()
        now = _violated(decision)
        for verdict in decision.verdicts:
            if verdict.rule in was - now:
                first = day if line is not None else self._first_day(verdict.rule, last, day, violated=False)
                self._cure(verdict.rule, first, verdict.outcome)
            elif verdict.rule in now - was:
                on = day if line is not None else self._first_day(verdict.rule, last, day, violated=True)
                self.breaches.append(_breach(decision, verdict.rule, on, line))
        self._follow(decision, line)

    def _cure(self, rule: str, day: date, became: str) -> None:
        """
        A violation is over.

        The law counts days: one that an event made and another of its day undid was none; nor was one of a rule that
        turns out on the same day not to bind.
        """
        at = next(i for i, each in enumerate(self.breaches) if each.rule == rule and each.cured_on is None)
        breach = self.breaches[at]
        if breach.on == day and (breach.line is not None or became == "not_applicable"):
            del self.breaches[at]
        else:
            self.breaches[at] = replace(breach, cured_on=day, became=became)

    def _first_day(self, rule: str, low: date | None, high: date, *, violated: bool) -> date:
        """
        The first day after ``low`` (None: there was none) on which a rule is violated, or is no longer, as on ``high``.
        """
        index = list(self.pack.rules).index(rule)
        low = low or high
        while (high - low).days > 1:
            middle = low + (high - low) // 2
            if self._violated_on(index, middle) is violated:
                high = middle
            else:
                low = middle
        return high

    def _violated_on(self, index: int, day: date) -> bool:
        kept = dict(self.chronicle.facts), dict(self.chronicle.lines)
        self._run_clocks(day)
        project = self.chronicle.project(self.state)
        self.chronicle.facts, self.chronicle.lines = kept
        judge = Judge(self.pack, day)
        known = judge.known(project, read_local(project.local, self.pack)[0] if project.local else {}, project.stage)
        scope = judge.scope(judge.scope_index[self.pack.scope_of(judge.rules[index])], known)
        return judge.verdict(index, scope, known).outcome == "violated"

    # -- deadlines

    def _follow(self, decision: Decision, line: int | None) -> None:
        """
        Take note of which deadlines began, which came to an end, and which are no more.
        """
        now: dict[Any, Deadline] = {}
        for deadline in (*deadlines_of(decision, self.tracker.limits), *self._clock_deadlines(decision)):
            held = self.deadlines.get(deadline.key)
            began = held.began if held else line
            stopped = held.stopped if held else None
            if deadline.status != "running" and deadline.done_on is not None and stopped is None:
                stopped = line
            now[deadline.key] = replace(deadline, began=began, stopped=stopped)
        for key, gone in self.deadlines.items():
            if key not in now:
                self.past.append(self._left(gone, decision))
        self.deadlines = now

    def _left(self, gone: Deadline, decision: Decision) -> Deadline:
        """
        A deadline that is no more.

        A month that has passed and is not missing was reported, late if it was missing. What recurs and is met has been
        done.
        """
        if gone.rule in self.tracker.recurring and decision[gone.rule].outcome == "met":
            return replace(gone, status="met" if gone.status == "running" else gone.status, done_on=decision.as_of)
        if gone.rule in self.tracker.monthly and decision[gone.rule].outcome != "not_applicable":
            if gone.status == "missed":
                return replace(gone, done_on=decision.as_of)
            if gone.due_on < decision.as_of:
                return replace(gone, status="met")
        return replace(gone, status="ended") if gone.status == "running" else gone

    def _over(self) -> tuple[Deadline, ...]:
        """
        The deadlines that are over, each as it was left last; not those that have come back.
        """
        left = {each.key: each for each in self.past if each.key not in self.deadlines}
        return tuple(left.values())

    # -- the end

    def end(self) -> Track:
        """
        Where the project stands on the day of judging.
        """
        self._come_to(self.as_of)
        if self._looked is None or self._looked.as_of != self.as_of:
            self._look(self.as_of, None)
        decision = self._looked
        assert decision is not None  # noqa: S101  # it has just been made
        return Track(
            pack=self.pack,
            as_of=self.as_of,
            state=self.state,
            partial=self.chronicle.partial,
            passages=tuple(sorted(self.passages, key=lambda passage: passage.record.line)),
            notices=tuple(sorted(self.notices, key=lambda notice: notice.line)),
            breaches=tuple(self.breaches),
            deadlines=tuple(sorted(self.deadlines.values(), key=lambda each: (each.due_on, each.rule))),
            past=self._over(),
            next=tuple(self._next()),
            project=decision.project,
            decision=decision,
            machine=self.tracker.engine,
        )

    def _next(self) -> Iterator[NextEvent]:
        for transition in self.lifecycle.leaving(self.state):
            event = self.lifecycle.events[transition.event]
            would_be = EventRecord(0, self.as_of, event.name, None, (), {}, None, None, None, {})
            guard, needs = self._guard(transition.when, self.chronicle.after(event, would_be), self.as_of)
            yield NextEvent(event.name, event.by, transition.target, guard, needs, transition.norms, transition.note)


def _as_judged(known: Mapping[str, Any], judge: Judge) -> dict[str, Any]:
    """
    Facts as the judge reads them: claims not made are False, events dated ahead have not happened.
    """
    unclaimed = {path: False for path, fact in judge.facts.items() if fact.claim}
    facts = ((path, judge.pack.fact(path), value) for path, value in known.items())
    return unclaimed | {path: value if fact is None else judge.read(fact, value) for path, fact, value in facts}


def _begun_anew(yearly: Yearly, year: int, *, partial: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {setting.fact: None if partial else setting.value for setting in yearly.resets}
    return {**facts, yearly.year: year} if yearly.year else facts


def _working_days(start: date, end: date, limit: int | None) -> int | None:
    """
    The working days after one day, up to and with another.

    Where a calendar is not published: those that are known, if they alone are more than a limit; else None.
    """
    days = [is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1)]
    known = sum(map(bool, days))
    return known if None not in days or (limit is not None and known > limit) else None


def _violated(decision: Decision) -> set[str]:
    return {verdict.rule for verdict in decision.verdicts if verdict.outcome == "violated"}


def _breach(decision: Decision, rule: str, on: date, line: int | None) -> Breach:
    finding = decision[rule]
    title = finding.definition.title
    return Breach(
        *(rule, finding.article, title["zh"], title["en"], finding.severity, finding.bearer, finding.counts),
        *(on, line, finding.message, finding.message_in("en")),
        undated=decision.pack.lifecycle is not None and rule in decision.pack.lifecycle.undated,
    )


__all__ = ["Breach", "NextEvent", "Passage", "Track", "Tracker", "track"]
