"""The teams as the rules take them."""

from iamdash.models import Team
from iamdash.rules.owners.teams import TeamFacts, Teams, teams_of


def teams() -> Teams:
    """Return every team of the config. One query."""
    rows = Team.objects.filter(in_config=True).values_list("slug", "name", "aliases", "repositories")
    return teams_of(
        TeamFacts(slug, name, tuple(aliases), tuple(repositories)) for slug, name, aliases, repositories in rows
    )
