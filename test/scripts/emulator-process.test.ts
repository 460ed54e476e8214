/** How the emulator's process answers over HTTP, and how it polls the sources of functions. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test, vi } from 'vitest';
import { root } from '../../scripts/stack/state.ts';

const python = join(root, '.venv/bin/python');
const env = { PYTHONPATH: join(root, 'scripts/stack') };

/** Serves an application as MiniStack serves its own, and prints the port. */
const serving = `
import asyncio, signal, socket, sys
from keeper import server
server.use_uvicorn()
from hypercorn.asyncio import serve
from hypercorn.config import Config
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
            print(port, flush=True)
    message = await receive()
    body = scope["raw_path"] + b" " + message["body"]
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
config = Config()
config.bind = [f"127.0.0.1:{port}"]
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
asyncio.run(serve(app, config))
`;

test('an answer comes in one piece, head and body, and a signal ends the process', async () => {
  const child = spawn(python, ['-c', serving], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [port] = await once(createInterface(child.stdout), 'line');
    // The port is printed just before the process listens to it.
    await vi.waitFor(() => fetch(`http://127.0.0.1:${port}`), { timeout: 10_000, interval: 10 });
    const socket = connect(Number(port), '127.0.0.1');
    for (const body of ['one', 'another']) {
      socket.write(
        `POST /a%2Fb HTTP/1.1\r\nhost: here\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      const [piece] = await once(socket, 'data');
      const [head, rest] = String(piece).split('\r\n\r\n');
      expect(head).toMatch(/^HTTP\/1.1 200 OK\r\ncontent-length: \d+$/);
      expect(rest).toBe(`/a%2Fb ${body}`);
    }
    socket.end();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

/**
 * The function of a stream runs until a queue was polled, after a wake, by another thread. Prints what was
 * polled. With one poller for both, nothing is printed, and the process ends with an error.
 */
const polling = `
import logging, os, threading, types
from keeper import pollers
wake, polled_after = threading.Event(), threading.Event()
runs, is_streaming = [], threading.Event()
def queues():
    if is_streaming.is_set():
        polled_after.set()
    return False
def streams():
    if is_streaming.is_set():
        return False
    is_streaming.set()
    wake.set()
    runs.append(polled_after.wait(10))
    done.set()
    return True
class Worker:
    def _drain_stderr_bounded(self, first_line_wait=0.05, idle_confirm=0.005):
        return first_line_wait, idle_confirm
done = threading.Event()
service = types.SimpleNamespace(_poll_sqs=queues, _poll_dynamodb_streams=streams, _poll_loop=print, logger=logging.getLogger())
pollers.poll_apart(service, Worker, wake)
service._poll_loop()
done.wait(20)
print(runs, Worker()._drain_stderr_bounded(), flush=True)
os._exit(0)
`;

test('a queue is polled while the function of a stream runs, and a log ends after a millisecond without a line', () => {
  const printed = execFileSync(python, ['-c', polling], { env, encoding: 'utf8' });
  expect(printed).toBe('[True] (0.05, 0.001)\n');
});

/** Wakes the pollers, and prints which of them looked within the delay of streams, and which after it. */
const delayed = `
import logging, os, threading, time, types
from keeper import pollers
wake, runs, both = threading.Event(), {}, threading.Semaphore(0)
def poll_of(kind):
    def poll():
        if woken_at and kind not in runs:
            runs[kind] = "later" if time.monotonic() - woken_at[0] >= pollers.STREAM_DELAY else "at once"
            both.release()
        return False
    return poll
class Worker:
    def _drain_stderr_bounded(self, first_line_wait=0.05, idle_confirm=0.005):
        pass
woken_at = []
pollers.STREAM_DELAY = 0.5
pollers.TICK = 60.0
service = types.SimpleNamespace(_poll_sqs=poll_of("queues"), _poll_dynamodb_streams=poll_of("streams"), _poll_loop=print, logger=logging.getLogger())
pollers.poll_apart(service, Worker, wake)
service._poll_loop()
time.sleep(1)
woken_at.append(time.monotonic())
wake.set()
both.acquire(), both.acquire()
print(runs["queues"], runs["streams"], flush=True)
os._exit(0)
`;

test('queues are polled at once, and streams a while after their record', () => {
  const printed = execFileSync(python, ['-c', delayed], { env, encoding: 'utf8' });
  expect(printed).toBe('at once later\n');
});
