"""Template words: moments, ages, sentences and stages, each said the same way on every page.

The page's `now` is taken from its context (`views.frame` puts it there), so that every age on one page is counted from
one moment.
"""

import datetime as days
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from html import escape
from typing import Any

from django.template import defaultfilters
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from jinja2 import pass_context
from jinja2.runtime import Context

from iamdash.candidates.queries.candidate_list.controls import Choice
from iamdash.candidates.queries.candidate_list.counts import MOST_COUNTED
from iamdash.candidates.queries.choices import TeamChoice
from iamdash.candidates.queries.exceptions import Flag
from iamdash.rules.risk import Risk
from iamdash.rules.sentence import Sentence, ago, count_days, day_in_words, time_in_words
from iamdash.rules.stage import Stage

PIP_STEP = 14
RISK_TONES = {Risk.CRITICAL: "red", Risk.HIGH: "amber", Risk.MEDIUM: "", Risk.LOW: "green"}


@pass_context
def when(context: Context, at: datetime, style: str = "ago") -> SafeString:
    """Return a `<time>`: how long ago ("ago"), the day ("day") or day and time ("moment"); the whole in its title."""
    local = _local(at)
    whole = f"{time_in_words(local)} {local.tzname()}"
    if style == "ago":
        return _time(at, whole, ago(at, now=context["now"]))
    return _time(at, whole, {"day": day_in_words(local), "moment": whole}[style])


def date(at: datetime | days.date, style: str) -> str:
    """Return a day in a style of Django's `date`, in the stated zone: "j M Y" for "3 Aug 2026"."""
    return defaultfilters.date(_local(at) if isinstance(at, datetime) else at, style)


@pass_context
def days_since(context: Context, at: datetime) -> SafeString:
    """Return a `<time>` with the whole days since `at`: "1,893 days"."""
    words = count_days((context["now"] - at).days)
    return _time(at, f"since {day_in_words(_local(at))}", words)


@pass_context
def flag(context: Context, said: Flag | None) -> SafeString:
    """Return a flag as a tag, with the time that its words end in; nothing where there is none."""
    if said is None:
        return SafeString()
    time = when(context, said.at) if said.at else days_since(context, said.since) if said.since else ""
    words = f"{escape(said.text)} {time}" if time else escape(said.text)
    return SafeString(f'<span class="{f"tag {said.tone}".strip()}">{words}</span>')


@pass_context
def say(context: Context, sentence: Sentence) -> str:
    """Return a rule's sentence as it is true now, with times in the stated zone."""
    return sentence.render(now=context["now"], zone=timezone.get_default_timezone())


def say_exactly(sentence: Sentence, at: datetime) -> str:
    """Return a rule's sentence as it was true at `at`, with whole times in the stated zone."""
    return sentence.for_the_record(at=at, zone=timezone.get_default_timezone())


@cache
def pips(stage: int) -> SafeString:
    """Return the six pips of a stage, rendered once; the last two stages are in the colour of the end."""
    tone = "end" if stage >= Stage.DEACTIVATED else "on"
    each = [(PIP_STEP * (rung - 1), tone if rung <= stage else "") for rung in Stage]
    return SafeString(_component("pips")(each))


@cache
def risk_tag(risk: Risk, words: str = "") -> SafeString:
    """Return the tag of a level of risk, rendered once: "Critical", or with words "Critical risk"."""
    return SafeString(_component("tag")(f"{risk.label} {words}".strip(), RISK_TONES[risk]))


def options(choices: Iterable[Choice]) -> SafeString:
    """Return the options of a select. Not a loop in a template: a select may hold a thousand teams."""
    return mark_safe(  # noqa: S308  every part is escaped
        "".join(
            f'<option value="{escape(choice.value)}"{" selected" if choice.is_chosen else ""}>{escape(choice.label)}'
            "</option>"
            for choice in choices
        )
    )


def people_of(teams: Iterable[TeamChoice]) -> SafeString:
    """Return the people of each team as the options of a select. Not a loop in a template, for the same reason."""
    return mark_safe(  # noqa: S308  every part is escaped
        "".join(
            f'<optgroup label="{escape(team.name)}">'
            + "".join(f'<option value="{team.slug}/{pk}">{escape(name)}</option>' for pk, name in team.people)
            + "</optgroup>"
            for team in teams
            if team.people
        )
    )


def capped(count: int) -> str:
    """Return a count that stopped at a limit: "412", or "1,000+" where there are more."""
    return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}"


def stage_label(stage: int) -> str:
    """Return a stage's name on pages: "Role ready"."""
    return Stage(stage).label


def breakable(call: str) -> SafeString:
    """Return the name of an AWS call that can break at its words: "iam:Get-Account-Authorization-Details"."""
    words = re.findall(r"[A-Z]?[^A-Z]+|[A-Z]", call)
    return format_html_join(mark_safe("<wbr>"), "{}", ((word,) for word in words))


def _component(name: str) -> Callable[..., str]:
    components: Any = get_template("components/ui.html")
    component: Callable[..., str] = getattr(components.template.module, name)
    return component


def _local(at: datetime) -> datetime:
    # Every page is in the one zone of the settings; Django's own way looks in each thread for another.
    return at.astimezone(timezone.get_default_timezone())


def _time(at: datetime, title: str, words: str) -> SafeString:
    # A list has two hundred of these, and nothing in them to escape.
    return SafeString(f'<time datetime="{at.isoformat(timespec="seconds")}" title="{title}">{words}</time>')
