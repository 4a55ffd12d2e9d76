"""Wayfare, an invented organisation which runs journey planning for a country. None of it exists.

accounts, users, roles and jobs are plain data; build.py puts them into the stand-in as they were sixty days before the
first start, story.py tells what happened since, day.py makes one more day happen.
"""
