"""Debian's agents use `inspect.getargspec`, which Python 3.11 no longer has."""
import inspect

if not hasattr(inspect, 'getargspec'):
    inspect.getargspec = inspect.getfullargspec
