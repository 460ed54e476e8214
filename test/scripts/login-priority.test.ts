/** On the embedded stack, many logins at once leave the processors to reports. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/stack/state.ts';

/** Starts a process for each name, and prints by how much each is nicer than this one. */
const program = `
import os, subprocess, sys, types
from keeper import priority
runtime = types.SimpleNamespace(subprocess=subprocess)
priority.lower_priorities(runtime)
code = "import os, sys; print(os.nice(0), os.environ['POWERTOOLS_SERVICE_NAME'], flush=True); sys.stdin.read()"
started = []
def start(name):
    env = {**os.environ, "POWERTOOLS_SERVICE_NAME": name}
    pipes = {"stdin": runtime.subprocess.PIPE, "stdout": runtime.subprocess.PIPE}
    process = runtime.subprocess.Popen([sys.executable, "-c", code], env=env, text=True, **pipes)
    started.append(process)
    nice, said = process.stdout.readline().split()
    print(int(nice) - os.nice(0), said)
    return process
first = start("identity")
start("identity")
start("compute")
start("compute")
first.communicate()
start("identity")
for process in started[1:]:
    process.communicate()
`;

test('the first process of logins keeps its priority, further ones have a lower one, and others the usual one', () => {
  const python = join(root, '.venv/bin/python');
  const env = { ...process.env, PYTHONPATH: join(root, 'scripts/stack') };
  const printed = execFileSync(python, ['-c', program], { env, encoding: 'utf8' });
  expect(printed.trim().split('\n')).toEqual([
    '0 identity',
    '10 identity',
    ...['0 compute', '0 compute'],
    // Its predecessor with the usual priority has ended.
    '0 identity',
  ]);
});
