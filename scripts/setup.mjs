// Installs what a fresh clone lacks: the npm packages, and a Python environment with the embedded
// stack and the OpenStack clients. It runs before other npm scripts, and needs only Node 20. If
// nothing is missing it ends at once.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const venv = join(root, '.venv');
const venvPython = join(venv, 'bin', 'python');
const log = join(root, '.doctor', 'setup.log');

/** The steps that run: the title, start and process of each. */
const running = new Set();

/** Ends the process with a message, without a stack trace. */
function fail(message) {
  for (const { child } of running) child.kill();
  console.error(`\nSetup failed: ${message}`);
  process.exit(1);
}

// The script must not run with the Node that it installs, so it leaves out node_modules/.bin, which
// npm puts first.
const ownBin = join(root, 'node_modules', '.bin');
const path = process.env.PATH.split(delimiter).filter((folder) => resolve(folder) !== ownBin);
const env = { ...process.env, PATH: path.join(delimiter), PIP_DISABLE_PIP_VERSION_CHECK: '1' };

const tty = process.stdout.isTTY;
const clearLine = '\r\u001b[K';
const secondsOf = ({ started }) => `${((Date.now() - started) / 1000).toFixed(0)} s`;

/** Shows the steps that run, and their seconds, in one line; what does not fit is cut off. */
function showRunning() {
  const shown = [...running].map((each) => `${each.title} … ${secondsOf(each)}`).join('   ');
  process.stdout.write(`${clearLine}${shown.slice(0, (process.stdout.columns || 80) - 1)}`);
}

/**
 * Runs one long step and shows its seconds. The output goes to a log, which is shown if the step
 * fails.
 */
async function step(title, command, args) {
  if (!tty) console.log(`${title} …`);
  const output = [];
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const own = { title, started: Date.now(), child };
  running.add(own);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data));
  const code = await new Promise((done) => {
    child.on('error', (error) => {
      output.push(Buffer.from(String(error)));
      done(1);
    });
    child.on('close', done);
  });
  running.delete(own);
  const outcome = code === 0 ? 'done' : 'failed';
  console.log(`${tty ? clearLine : ''}${title} … ${outcome} in ${secondsOf(own)}`);
  if (code !== 0) {
    const text = Buffer.concat(output).toString();
    mkdirSync(join(root, '.doctor'), { recursive: true });
    writeFileSync(log, text);
    const end = text.trim().split('\n').slice(-12).join('\n');
    fail(`"${command} ${args.join(' ')}" ended with ${code}:\n\n${end}\n\nAll of it: ${log}`);
  }
}

const hashOf = (...parts) => createHash('sha256').update(parts.join('\0')).digest('hex');
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '');

function checkNode() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) fail(`Node 20 or newer is needed, this is ${process.version}.`);
}

async function installPackages() {
  const marker = join(root, 'node_modules', '.doctor-installed');
  const wanted = hashOf(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
    process.platform,
    process.arch,
  );
  const [node24, cdk] = ['node', 'cdk'].map((name) => join(ownBin, name));
  if (read(marker) === wanted && existsSync(node24) && existsSync(cdk)) return;
  await step('Installing npm packages', 'npm', ['ci', '--no-audit', '--no-fund']);
  writeFileSync(marker, wanted);
}

/** The first Python that is new enough and can make virtual environments. */
function findPython() {
  const probe = 'import sys; print("%d.%d" % sys.version_info[:2]); import venv, ensurepip';
  const seen = [];
  for (const name of [
    'python3',
    'python',
    'python3.13',
    'python3.12',
    'python3.11',
    'python3.10',
  ]) {
    const { status, stdout } = spawnSync(name, ['-c', probe], { env, encoding: 'utf8' });
    const version = stdout?.trim();
    if (!version) continue;
    const [major, minor] = version.split('.').map(Number);
    if (major !== 3 || minor < 10) seen.push(`${name} is Python ${version}`);
    else if (status !== 0) {
      seen.push(`${name} ${version} has no venv (on Debian: apt install python${version}-venv)`);
    } else return name;
  }
  const found = seen.length > 0 ? `Found here: ${seen.join('; ')}.` : 'No python3 is on the PATH.';
  return fail(`Python 3.10 or newer, with its venv module, is needed. ${found}`);
}

async function installPython() {
  const marker = join(venv, '.doctor-installed');
  const requirements = join(root, 'requirements.txt');
  const wanted = hashOf(readFileSync(requirements, 'utf8'), venv);
  if (read(marker) === wanted && existsSync(venvPython)) return;
  const python = findPython();
  rmSync(venv, { recursive: true, force: true });
  await step('Making a Python environment', python, ['-m', 'venv', venv]);
  await step('Installing the embedded stack and the OpenStack clients', venvPython, [
    ...['-m', 'pip', 'install', '--quiet', '--requirement', requirements],
  ]);
  writeFileSync(marker, wanted);
}

checkNode();
const ticker = tty && setInterval(showRunning, 500);
await Promise.all([installPackages(), installPython()]);
clearInterval(ticker);
