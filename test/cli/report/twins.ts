/** The two programs that report: `doctor report`, and the shell script that does the same. */
import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { runCommandLine } from '../../../cli/run.ts';

export type Env = Readonly<Record<string, string>>;
export type Result = { readonly status: number; readonly out: string; readonly err: string };
export type Twin = {
  readonly name: string;
  readonly run: (args: readonly string[], env: Env, input?: string) => Promise<Result>;
};

export const script = 'integrations/report/doctor-report.sh';

/** The shell script, run by `/bin/sh`, with only those environment variables that the test gives. */
const shell: Twin = {
  name: 'doctor-report.sh',
  run: async (args, env, input = '') => {
    const child = spawn('/bin/sh', [script, ...args], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => undefined); // The program may end without reading its input.
    child.stdin.end(input);
    const ended = new Promise<number>((done) => child.on('close', (code) => done(code ?? -1)));
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { status: await ended, out, err };
  },
};

const commandLine: Twin = {
  name: 'doctor report',
  run: async (args, env, input = '') => {
    const said = { out: '', err: '' };
    const streams = {
      out: (more: string) => {
        said.out += more;
      },
      err: (more: string) => {
        said.err += more;
      },
      terminal: false,
    };
    const read = async () => new Uint8Array(Buffer.from(input));
    return { status: await runCommandLine(['report', ...args], env, streams, read), ...said };
  },
};

export const twins: readonly Twin[] = [commandLine, shell];

export type Asked = {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

/** A Doctor that answers with the given statuses, one after the other, and then with 200. */
export async function listening() {
  const asked: Asked[] = [];
  const statuses: number[] = [];
  const server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString('utf8');
    asked.push({ path: `${request.method} ${request.url}`, headers: request.headers, body });
    const status = statuses.shift() ?? 200;
    response.writeHead(status, { 'Content-Type': 'application/json', Location: '/elsewhere' });
    response.end('{"said":"a\\nb\u001b[2J"}');
  });
  await new Promise<void>((open) => server.listen(0, '127.0.0.1', open));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/doctor/v1`,
    asked,
    statuses,
    close: () => server.close(),
  };
}
