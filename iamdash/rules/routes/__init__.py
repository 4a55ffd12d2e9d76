"""The ways off a long-lived access key: which may fit, and when a role is ready for one."""
