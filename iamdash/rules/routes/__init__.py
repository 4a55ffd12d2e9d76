"""The ways off a long-lived access key: which there are, which may fit, and when a role is ready for one."""
