"""The condition block of a trust policy, judged against what is known of a request: true, false or unknown.

Operators and their treatment of absent keys are those of the IAM User Guide, "IAM JSON policy elements: Condition
operators". Whatever this file does not know is unknown, never true.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from iamdash.rules.policies.finding import YES, Finding, every, negated, no, unsure

# What a request carries, by condition key in lower case; None: it carries no such key. A key not in it is unknown.
Context = Mapping[str, str | None]


def conditions_hold(block: Any, context: Context) -> Finding:
    """Return whether every condition of a statement's `Condition` holds for a request with this context."""
    if block is None:
        return YES
    if not isinstance(block, Mapping):
        return unsure("a condition of a shape that iamdash does not know")
    conditions = list(flattened(block))
    return every(_holds(operator, key, values, conditions, context) for operator, key, values in conditions)


def flattened(block: Any) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (operator, key in lower case, values) of a condition block, its values as text."""
    if not isinstance(block, Mapping):
        return
    for operator, keys in block.items():
        if not isinstance(keys, Mapping):
            yield str(operator), "", ()
            continue
        for key, values in keys.items():
            yield str(operator), str(key).lower(), tuple(_as_text(value) for value in as_list(values))


def as_list(value: Any) -> list[Any]:
    """Return the list that policies may write as a single value."""
    return list(value) if isinstance(value, list | tuple) else [value]


def matches(pattern: str, text: str) -> bool:
    """Return whether text matches a pattern with `*` and `?`, in time that does not explode with many stars."""
    at, star, resume = 0, -1, 0
    position = 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resume, at = at, position, at + 1
        elif at < len(pattern) and pattern[at] in {"?", text[position]}:
            at, position = at + 1, position + 1
        elif star >= 0:
            resume += 1
            at, position = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")


def _holds(
    operator: str,
    key: str,
    values: tuple[str, ...],
    conditions: Iterable[tuple[str, str, tuple[str, ...]]],
    context: Context,
) -> Finding:
    name = operator.lower()
    unknown = unsure(f"the condition {operator} on {key or 'no key'}, which iamdash cannot evaluate")
    fails = no(f"the condition {operator} on {key} does not match")
    if name.startswith("forallvalues:"):
        # Alone it also holds for a request without the key, so it proves nothing.
        if _only_forallvalues(key, conditions):
            return unknown
        name = name.removeprefix("forallvalues:")
    name = name.removeprefix("foranyvalue:")
    if name == "null":
        return _null(values, key, context, unknown=unknown, fails=fails)
    positive, compare = _OPERATORS.get(name, (True, None))
    if compare is None or key not in context or any("${" in value for value in values):
        return unknown
    given = context[key]
    equal = YES if given is not None and any(compare(value, given) for value in values) else fails
    return equal if positive else negated(equal, fails.why)


def _null(values: tuple[str, ...], key: str, context: Context, *, unknown: Finding, fails: Finding) -> Finding:
    if key not in context or len(values) != 1:
        return unknown
    absent = context[key] is None
    return YES if absent == (values[0].lower() == "true") else fails


def _only_forallvalues(key: str, conditions: Iterable[tuple[str, str, tuple[str, ...]]]) -> bool:
    others = [operator.lower() for operator, other_key, _values in conditions if other_key == key]
    return all(name.startswith("forallvalues:") or name.endswith("ifexists") for name in others)


def _arn_like(pattern: str, text: str) -> bool:
    wanted, given = pattern.split(":", 5), text.split(":", 5)
    return len(wanted) == len(given) and all(matches(*pair) for pair in zip(wanted, given, strict=True))


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _equal(value: str, given: str) -> bool:
    return value == given


def _equal_whatever_case(value: str, given: str) -> bool:
    return value.lower() == given.lower()


# Operator in lower case → (whether it asks for a match, how one value is compared).
_OPERATORS: Mapping[str, tuple[bool, Callable[[str, str], bool] | None]] = {
    "stringequals": (True, _equal),
    "stringnotequals": (False, _equal),
    "stringequalsignorecase": (True, _equal_whatever_case),
    "stringnotequalsignorecase": (False, _equal_whatever_case),
    "stringlike": (True, matches),
    "stringnotlike": (False, matches),
    "arnequals": (True, _arn_like),
    "arnlike": (True, _arn_like),
    "arnnotequals": (False, _arn_like),
    "arnnotlike": (False, _arn_like),
    "bool": (True, _equal_whatever_case),
}
