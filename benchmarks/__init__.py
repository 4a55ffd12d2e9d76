"""`make bench`: what a sync costs, measured against the stand-in for AWS, beside bare boto3 making the same calls.

An account of each size is synced three times: first, unchanged an hour later, and after one key was deactivated. Every
sync is a process of its own, so that nothing is warm but what a worker has warm; nothing here is a test.
"""
