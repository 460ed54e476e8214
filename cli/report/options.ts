/** The options of `doctor report`. `integrations/report/doctor-report.sh` has the same. */
import { Misuse } from '../session.ts';

/** The severities of X.733 without `cleared`. */
const severities = ['critical', 'major', 'minor', 'warning', 'indeterminate'] as const;
type Severity = (typeof severities)[number];

/** The monitors that `--from` names: it reads their own arguments, environment or standard input. */
const monitors = ['nagios', 'icinga', 'pacemaker', 'keepalived', 'consul', 'alertmanager'] as const;
export type Monitor = (typeof monitors)[number];

/** The names of the arguments NAME=VALUE. They are Nagios' macros; Icinga's example uses the same. */
export const macroNames = [
  'HOSTNAME',
  'HOSTSTATE',
  'HOSTSTATETYPE',
  'NOTIFICATIONTYPE',
  'HOSTPROBLEMID',
  'LASTHOSTPROBLEMID',
  'HOSTOUTPUT',
] as const;
export type MacroName = (typeof macroNames)[number];
export type Macros = Readonly<Partial<Record<MacroName, string>>>;

/** A parsed command line. An option that was not given is an empty text. */
export type ReportOptions = {
  readonly status: 'down' | 'up' | undefined;
  readonly type: string;
  readonly severity: Severity | undefined;
  readonly monitor: string;
  readonly eventId: string;
  readonly cause: string;
  readonly fenced: boolean;
  readonly from: Monitor | undefined;
  readonly host: string;
  readonly config: string;
  /** How long to try, in seconds. */
  readonly timeout: number;
  readonly macros: Macros;
  /** The arguments that are neither options nor macros. */
  readonly positionals: readonly string[];
};

const texts = ['type', 'severity', 'monitor', 'event-id', 'cause', 'from', 'host', 'config'];
const [usualTimeout, longestTimeout] = [20, 600];

/**
 * Reads a command line. The word after an option is its value, even if it begins with `-`: it may be text
 * from the network. Undefined if the line asks for help. @throws Misuse
 */
export function readOptions(args: readonly string[]): ReportOptions | undefined {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  const positionals: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const [, long, value] = /^--([^=]*)=(.*)$/s.exec(arg) ?? [];
    if (arg === '-h' || arg === '--help') return undefined;
    if (['--down', '--up', '--fenced'].includes(arg)) flags.add(arg);
    else if (long !== undefined) values.set(known(long), value ?? '');
    else if (/^-./.test(arg)) {
      const name = known(arg.replace(/^--?/, ''), arg);
      if (at + 1 >= args.length) throw new Misuse(`${arg} needs a value.`);
      values.set(name, args[++at] ?? '');
    } else positionals.push(arg);
  }
  return optionsOf(values, flags, positionals);
}

function known(name: string, written = `--${name}`): string {
  if (written === `--${name}` && [...texts, 'timeout'].includes(name)) return name;
  throw new Misuse(`Unknown option: ${written}`);
}

function optionsOf(
  values: ReadonlyMap<string, string>,
  flags: ReadonlySet<string>,
  words: readonly string[],
): ReportOptions {
  if (flags.has('--down') && flags.has('--up')) {
    throw new Misuse('--down and --up exclude each other.');
  }
  const macros: Partial<Record<MacroName, string>> = {};
  const positionals: string[] = [];
  for (const word of words) {
    const name = macroNames.find((each) => word.startsWith(`${each}=`));
    if (name) macros[name] = word.slice(name.length + 1);
    else positionals.push(word);
  }
  const text = (name: string): string => values.get(name) ?? '';
  return {
    status: flags.has('--down') ? 'down' : flags.has('--up') ? 'up' : undefined,
    type: text('type'),
    severity: severityOf(text('severity')),
    monitor: sourceNameOf(text('monitor')),
    eventId: text('event-id'),
    cause: text('cause'),
    fenced: flags.has('--fenced'),
    from: monitorOf(text('from')),
    host: text('host'),
    config: text('config'),
    timeout: timeoutOf(values.get('timeout')),
    macros,
    positionals,
  };
}

function severityOf(text: string): Severity | undefined {
  const found = severities.find((severity) => severity === text.toLowerCase());
  if (found || text === '') return found;
  throw new Misuse('--severity is critical, major, minor, warning or indeterminate.');
}

/** A part of the name of a source: script/NAME, consul/NAME, alertmanager/NAME. */
function sourceNameOf(text: string): string {
  if (/^[A-Za-z0-9._-]*$/.test(text)) return text;
  throw new Misuse('--monitor has letters, digits, dots, hyphens and underscores.');
}

function monitorOf(text: string): Monitor | undefined {
  const found = monitors.find((monitor) => monitor === text);
  if (found || text === '') return found;
  throw new Misuse('--from is nagios, icinga, pacemaker, keepalived, consul or alertmanager.');
}

function timeoutOf(text = String(usualTimeout)): number {
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= longestTimeout) return seconds;
  throw new Misuse(`--timeout is a number from 1 to ${longestTimeout}.`);
}
