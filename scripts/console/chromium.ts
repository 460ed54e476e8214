/** Finds the browser that the console is tested in. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Refusal } from '../stack/progress.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of an installed Chromium; undefined if there is none. */
export const installedChromium = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isProgram);

/** Installs Debian's Chromium; whether that succeeded. Its output goes to the terminal. */
function install(): boolean {
  console.log('Installing Chromium with apt-get …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (...args: string[]) =>
    spawnSync('apt-get', args, { stdio: 'inherit', env }).status;
  aptGet('update');
  return aptGet('install', '--yes', '--no-install-recommends', 'chromium') === 0;
}

/**
 * The path of Chromium, which is installed if it is missing and this process may do so.
 * @throws Refusal that says what to do.
 */
export function findChromium(): string {
  const found = installedChromium();
  if (found !== undefined) return found;
  const mayInstall =
    process.getuid?.() === 0 &&
    spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
  const path = mayInstall && install() ? installedChromium() : undefined;
  if (path !== undefined) return path;
  throw new Refusal(
    `The console is tested in Chromium. There is none on the PATH (${names.join(', ')}), and it could ` +
      'not be installed by apt-get. Install it: on Debian, "apt-get install chromium" as root.',
  );
}
