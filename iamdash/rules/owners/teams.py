"""Teams and the rules of ownership as `iamdash.toml` has them, the way the rules take them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache

# What people write around the name of a repository.
ADDRESS = re.compile(r"^(https?://|git@)?[a-z0-9.-]+\.[a-z]{2,}[:/]|\.git$|/+$", re.IGNORECASE)
# What people write between and before words.
BETWEEN = re.compile(r"[\s_\-#@.]+")


class Source(StrEnum):
    """Where an owner may be read from. The value is what the file says and what is stored."""

    TAG = "tag"
    KEY_DESCRIPTION = "key_description"
    REPOSITORY = "repository"
    NAME = "name"
    PATH = "path"
    POLICY_RESOURCE = "policy_resource"
    AWS_MARKER = "aws_marker"

    @property
    def label(self) -> str:
        """Return it in words, as in "Likely Search (tag)"."""
        return self.value.replace("_", " ").replace("aws", "AWS")


@dataclass(frozen=True, slots=True)
class OwnershipRule:
    """One [[ownership]]. `keys`: of tags; `pattern`: a regular expression, with the `team` it stands for.

    `ignore`: values that count for nothing, such as the platform team that tags everything.
    """

    source: Source
    keys: tuple[str, ...] = ()
    pattern: str = ""
    team: str = ""
    ignore: tuple[str, ...] = ()


# Where the file has no [[ownership]].
USUAL_RULES = (
    OwnershipRule(Source.TAG, keys=("owner", "team", "owning-team", "squad")),
    OwnershipRule(Source.KEY_DESCRIPTION),
    OwnershipRule(Source.REPOSITORY, keys=("repository", "repo", "source", "system")),
)


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """A team of the config. `aliases`: other ways to write its name; `repositories`: patterns such as acme/search-*."""

    slug: str
    name: str
    aliases: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Teams:
    """All teams of the config, to be found by whatever people write. Make it with `teams_of`."""

    by_slug: Mapping[str, TeamFacts] = field(default_factory=dict)
    by_writing: Mapping[str, TeamFacts] = field(default_factory=dict)

    def called(self, words: str) -> TeamFacts | None:
        """Return the team of this slug, name or alias, however it is spelt, or of such a mailbox; None: none is."""
        mailbox, at, _host = words.partition("@")
        return self.by_writing.get(plainly(words)) or (self.by_writing.get(plainly(mailbox)) if at else None)

    def named_in(self, words: str) -> TeamFacts | None:
        """Return the team whose slug, name or alias stands in a sentence; the longest writing counts, None: none does.

        A writing of one or two letters is no name in a sentence.
        """
        parts = [part for part in re.split(r"[^\w#@&-]+", words) if part]
        runs = (parts[start:end] for start in range(len(parts)) for end in range(start + 1, start + 5))
        writings = {plainly("".join(run)) for run in runs} & self.by_writing.keys()
        longest = max(writings, key=lambda writing: (len(writing), writing), default="")
        return self.by_writing.get(longest)

    def of_repository(self, repository: str) -> TeamFacts | None:
        """Return the first team, by slug, whose patterns fit a repository; None: none does."""
        name = ADDRESS.sub("", ADDRESS.sub("", repository.strip())).lower()
        patterns = ((team, pattern.lower()) for team in self.by_slug.values() for pattern in team.repositories)
        return next((team for team, pattern in patterns if fnmatchcase(name, pattern)), None)


def teams_of(teams: Iterable[TeamFacts]) -> Teams:
    """Return the teams, ready to be found."""
    by_slug = {team.slug: team for team in sorted(teams, key=lambda team: team.slug)}
    by_writing: dict[str, TeamFacts] = {}
    for writings in (lambda team: (team.slug,), lambda team: (team.name,), lambda team: team.aliases):
        for team in by_slug.values():
            for writing in writings(team):
                by_writing.setdefault(plainly(writing), team)
    by_writing.pop("", None)
    return Teams(by_slug, by_writing)


@lru_cache(maxsize=4096)
def plainly(words: str) -> str:
    """Return words as they are compared: without case, and without what people write between and before them."""
    return BETWEEN.sub("", words).casefold()
