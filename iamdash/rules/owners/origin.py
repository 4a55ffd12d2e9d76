"""What tags say about the tool that made an IAM user. No tag does not mean that no tool manages it."""

from collections.abc import Mapping


def made_by_terraform(tags: Mapping[str, str]) -> bool:
    """Return whether a tag's key or value names Terraform."""
    return any("terraform" in words.lower() for pair in tags.items() for words in map(str, pair))
