/**
 * The address of Doctor, and the credential. Daemons do not have the environment of a shell, so
 * they can be in a file.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type CliVariables, Misuse } from '../session.ts';

/** The file that is read if it exists and the command line names no other. */
const usualFile = '/etc/doctor/report.conf';

const names = ['DOCTOR_URL', 'DOCTOR_TOKEN', 'DOCTOR_USERNAME', 'DOCTOR_PASSWORD'] as const;
type Name = (typeof names)[number];

/** Bits of a mode: the group may write, others may read, others may write. */
const tooOpen = 0o026;

export type ReportAccount = {
  /** The URL of Doctor's API. It ends with `/doctor/v1`, without a slash. */
  readonly url: string;
  /** The value of the header `Authorization`. */
  readonly authorization: string;
};

/**
 * Reads the file, if there is one, and the environment. The environment takes precedence. @throws
 * Misuse
 */
export function reportAccountOf(config: string, env: CliVariables): ReportAccount {
  const file = config || (existsSync(usualFile) ? usualFile : '');
  const settings = file === '' ? {} : readFile(file);
  const value = (name: Name): string => env[name] || settings[name] || '';
  if (names.some((name) => value(name).includes('\n'))) {
    throw new Misuse(`${names.slice(0, -1).join(', ')} and ${names.at(-1)} are one line each.`);
  }
  return { url: urlOf(value('DOCTOR_URL')), authorization: authorizationOf(value) };
}

function readFile(file: string): Partial<Record<Name, string>> {
  const settings: Partial<Record<Name, string>> = {};
  for (const line of linesOf(file)) {
    const name = names.find((each) => line.startsWith(`${each}=`));
    if (name) settings[name] = line.slice(name.length + 1);
    else if (line !== '' && !line.startsWith('#')) {
      throw new Misuse(`${file} has a line that is no setting: ${line.split('=', 1)[0]}`);
    }
  }
  return settings;
}

function linesOf(file: string): string[] {
  try {
    const { mode } = statSync(file);
    if ((mode & tooOpen) === 0) return readFileSync(file, 'utf8').split('\n');
    const octal = (mode & 0o777).toString(8);
    throw new Misuse(
      `${file} has the mode ${octal}: others must not read it, nor its group write it.`,
    );
  } catch (error) {
    if (error instanceof Misuse) throw error;
    throw new Misuse(`${file} cannot be read.`);
  }
}

function urlOf(text: string): string {
  if (text === '') throw new Misuse('DOCTOR_URL is not set.');
  if (!/^https?:\/\/./.test(text) || !URL.canParse(text)) {
    throw new Misuse('DOCTOR_URL begins with https:// or http://.');
  }
  return text.replace(/\/+$/, '');
}

function authorizationOf(value: (name: Name) => string): string {
  const token = value('DOCTOR_TOKEN');
  if (/[^!-~]/.test(token)) throw new Misuse('DOCTOR_TOKEN has a character that no token has.');
  if (token !== '') return `Bearer ${token}`;
  const [username, password] = [value('DOCTOR_USERNAME'), value('DOCTOR_PASSWORD')];
  if (username === '' || password === '') {
    throw new Misuse('DOCTOR_TOKEN is not set, nor DOCTOR_USERNAME and DOCTOR_PASSWORD.');
  }
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
