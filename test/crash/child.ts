/** One invocation in a process of its own, which may be killed: `node child.ts`, its job on stdin. */
import { flushCompileCache } from 'node:module';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { Disturbance } from './disturbance.ts';
import { functions, type Invocation, invoke } from './invoke.ts';

const Job = z.object({
  invocation: z.custom<Invocation>((value) => typeof value === 'object' && value !== null),
  env: z.record(z.string(), z.string()),
  disturbance: Disturbance,
});

const { invocation, env, disturbance } = Job.parse(JSON.parse(await text(process.stdin)));
await functions[invocation.name]();
flushCompileCache(); // the process is killed, so it cannot write its compile cache itself
await invoke(invocation, env, disturbance);
