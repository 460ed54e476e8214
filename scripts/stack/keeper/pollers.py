"""
Polls the sources of functions more as AWS does: queues beside streams, with shorter pauses, and streams a
while after their records.

MiniStack polls queues and streams in turn in one thread. It waits for the function of a stream, and
no queue is polled meanwhile. After a message that no function waits for, it may pause for 50 ms.
After each invocation it waits until the function's log has had no line for 5 ms. AWS has none of
these waits. Doctor's functions have no other sources, so no other ones are polled.
"""

import functools
import threading
import time

#: The pause in seconds after a second wake in vain, so that messages that no function waits for do not
#: keep a poller busy.
PAUSE = 0.002
#: The seconds from a stream's record to the poll that finds it. Lambda polls a stream four times a second,
#: so on AWS, too, the functions of streams run after what a report has sent by a queue.
STREAM_DELAY = 0.05
#: The seconds after which a poller looks although nothing woke it: messages become visible by time
#: alone.
TICK = 1.0
#: The seconds without a line after which a log is taken to be whole.
LOG_QUIET = 0.001


def _poll(poll, woken: threading.Event, report, delay: float) -> None:
    """Polls one kind of source until the process ends, each time so many seconds after it was woken."""
    was_in_vain = False
    while True:
        # Records that come meanwhile are found by the same poll, so functions start less often.
        time.sleep(delay)
        woken.clear()
        try:
            found = poll()
        except Exception as error:
            report(error)
            found = False
        if found:
            was_in_vain = False
            continue
        if was_in_vain:
            time.sleep(PAUSE)
        was_in_vain = woken.wait(TICK)


def poll_apart(lambda_svc, worker, wake: threading.Event) -> None:
    """
    Gives queues and streams a thread each. `wake`: the event that MiniStack's services set when a
    source has work. Raises AttributeError if MiniStack has another version than expected.
    """
    polls = {"queues": (lambda_svc._poll_sqs, 0.0), "streams": (lambda_svc._poll_dynamodb_streams, STREAM_DELAY)}
    drain, logger = worker._drain_stderr_bounded, lambda_svc.logger
    woken = {kind: threading.Event() for kind in polls}

    def wake_all() -> None:
        for event in woken.values():
            event.set()

    def poll_all() -> None:
        for kind, (poll, delay) in polls.items():
            report = functools.partial(logger.error, "The poller of %s: %s", kind)
            threading.Thread(target=_poll, args=(poll, woken[kind], report, delay), daemon=True).start()

    if not callable(lambda_svc._poll_loop):
        raise AttributeError("_poll_loop")
    lambda_svc._poll_loop = poll_all
    # MiniStack's modules have imported the event itself, so it stays and only its method changes.
    wake.set = wake_all
    worker._drain_stderr_bounded = lambda self: drain(self, idle_confirm=LOG_QUIET)
