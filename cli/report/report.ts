/** `doctor report`: reports a host's fault, or its end, for a monitor that runs a command. */
import { type CliVariables, Failure, Misuse } from '../session.ts';
import { reportAccountOf } from './account.ts';
import { type ReportOptions, readOptions } from './options.ts';
import { type Reading, readMonitor } from './reading.ts';
import { type Outgoing, sendReport } from './send.ts';

/** Where the command prints. */
export type Printers = {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
};

/** Reads all of standard input. */
export type Input = () => Promise<Uint8Array<ArrayBuffer>>;

/** The longest line that is printed, in characters. */
const longestLine = 2_000;

export const reportDoes =
  'Report a host down or up, as monitors do that run a command; it retries and needs no login.';

const help = `Usage: doctor report [OPTIONS] (--down|--up) HOST
       doctor report [OPTIONS] --from MONITOR [ARGUMENTS]

Reports a host's fault, or its end, to Doctor, and repeats the report until it is accepted.
integrations/report/doctor-report.sh does the same without Node.

  --down, --up        the host is down; the host is up again
  --type TYPE         the type of the event; default compute.host.down
  --severity LEVEL    critical (the default of --down), major, minor, warning or indeterminate
  --monitor NAME      who reports; default the name after --from. It makes the source script/NAME,
                      or consul/NAME or alertmanager/NAME; without it script, consul or alertmanager
  --event-id ID       the monitor's id of the fault, the same when it ends
  --cause TEXT        a sentence for people
  --fenced            the host was fenced: its servers no longer run
  --from MONITOR      read the report as MONITOR gives it:
      nagios          arguments NAME=VALUE (HOSTNAME, HOSTSTATE, HOSTSTATETYPE, NOTIFICATIONTYPE,
                      HOSTPROBLEMID, LASTHOSTPROBLEMID, HOSTOUTPUT), else NAGIOS_NAME in the environment
      icinga          the same names without the ids, else ICINGA_NAME in the environment
      pacemaker       CRM_alert_... in the environment
      keepalived      arguments INSTANCE|GROUP NAME STATE PRIORITY, which keepalived appends
      consul          the list of critical checks on standard input
      alertmanager    the webhook's body on standard input
  --host NAME         with keepalived: the name of this host in Doctor; default uname -n
  --config FILE       default /etc/doctor/report.conf, if it exists. Lines NAME=VALUE with DOCTOR_URL
                      (https://.../doctor/v1) and either DOCTOR_TOKEN, or DOCTOR_USERNAME and
                      DOCTOR_PASSWORD. A variable of the environment overrides its line. Others must not be
                      able to read the file, and its group must not be able to write it.
  --timeout SECONDS   how long to try, 1 to 600; default 20
  -h, --help

An answer 5xx and a connection that fails are tried again; 3xx and 4xx are not.
Exit status: 0 accepted by Doctor, or nothing to report; 1 refused, or not accepted in time;
2 wrong command line, environment or configuration.
`;

/** One line. Text from the network must neither break it nor move the cursor. */
const lineOf = (text: string): string =>
  `doctor report: ${text.slice(0, longestLine).replace(/\p{Cc}/gu, ' ')}\n`;

/** Runs the command; returns the exit status. */
export async function report(
  args: readonly string[],
  env: CliVariables,
  { out, err }: Printers,
  input: Input,
): Promise<number> {
  try {
    const options = readOptions(args);
    if (!options) {
      out(help);
      return 0;
    }
    const reading = readMonitor(options, env);
    if (reading.kind === 'nothing') {
      out(lineOf(`nothing to report: ${reading.why}`));
      return 0;
    }
    const account = reportAccountOf(options.config, env);
    const outgoing =
      reading.kind === 'body'
        ? await bodyOf(reading.monitor, options, input)
        : eventOf(reading, options, new Date());
    out(lineOf(await sendReport(outgoing, account, options.timeout)));
    return 0;
  } catch (error) {
    if (!(error instanceof Misuse || error instanceof Failure)) throw error;
    err(lineOf(error.message));
    return error instanceof Misuse ? 2 : 1;
  }
}

/** The monitor's own body, unchanged. @throws Misuse if there is none */
async function bodyOf(
  from: 'consul' | 'alertmanager',
  { monitor }: ReportOptions,
  input: Input,
): Promise<Outgoing> {
  const body = await input();
  if (body.length === 0) throw new Misuse('Standard input is empty.');
  const query = monitor === '' ? '' : `?source=${monitor}`;
  return { path: `/${from}${query}`, body, what: `the body from ${from}` };
}

/**
 * The event of OPNFV Doctor's southbound interface; absent members are left out.
 * Source: docs/wire/monitors.md#opnfv-doctors-events.
 */
export function eventOf(
  { host, status, fenced, cause, eventId }: Extract<Reading, { kind: 'report' }>,
  options: ReportOptions,
  now: Date,
): Outgoing {
  const severity = options.severity ?? (status === 'down' ? 'critical' : undefined);
  const monitor = options.monitor || options.from || '';
  const monitor_event_id = options.eventId || eventId || undefined;
  const details = {
    hostname: host,
    status,
    monitor: monitor || 'script',
    monitor_event_id,
    severity,
    cause: options.cause || cause || undefined,
    fenced: (status === 'down' && (fenced || options.fenced)) || undefined,
  };
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z');
  const body = JSON.stringify({ time, type: options.type || 'compute.host.down', details });
  const source = monitor === '' ? 'script' : `script/${monitor}`;
  return { path: `/inspector/events?source=${source}`, body, what: `${host} ${status}` };
}
