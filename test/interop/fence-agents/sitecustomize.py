"""The agents of Debian ask `inspect.getargspec`, which Python 3.11 no longer has."""
import inspect

if not hasattr(inspect, 'getargspec'):
    inspect.getargspec = inspect.getfullargspec
