import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { Refusal } from '../../stack/progress.ts';
import { mustRun, run as runCommand } from '../command.ts';
import { debianFolder, unpackDebian } from '../debian.ts';
import { monitorCredential } from '../monitors/credential.ts';
import { conditionsOf, setSource } from '../monitors/doctor.ts';
import { integration } from '../monitors/report-script.ts';
import { watchedHost } from '../monitors/watched-host.ts';
import type { Program, World } from '../program.ts';

const Media = z.object({
  zabbix_export: z.object({
    media_types: z.tuple([
      z.object({
        parameters: z.array(z.object({ name: z.string(), value: z.string() })),
        script: z.string(),
      }),
    ]),
  }),
});

/** The values with which Zabbix' server replaces the macros in the parameters. */
type Macros = Readonly<Record<string, string>>;

/** Runs the script of the media type with Zabbix' own script runner. */
function scriptRunner({ folder, log }: World, common: Macros) {
  const [media] = Media.parse(parse(integration('zabbix/media_doctor.yaml'))).zabbix_export
    .media_types;
  const file = join(folder, 'media.js');
  writeFileSync(file, media.script);
  const command = join(debianFolder('zabbix'), 'usr/bin/zabbix_js');
  return (macros: Macros) => {
    const values = { ...common, ...macros };
    const parameters = media.parameters.map(({ name, value }) => [name, values[value] ?? value]);
    const input = JSON.stringify(Object.fromEntries(parameters));
    return [command, ['--script', file, '--param', input], { log }] as const;
  };
}

const expectOutput = (output: string, expected: string): void => {
  if (output.trim() !== expected) throw new Refusal(`zabbix_js printed ${output.trim()}`);
};

async function run(world: World): Promise<string> {
  const watched = await watchedHost(world, 'zabbix');
  const { id, secret } = await monitorCredential(world, join(world.folder, 'doctor.secret'));
  await setSource(world, 'zabbix', { clear: 'auto', fenced: true });
  const script = scriptRunner(world, {
    '{ALERT.SENDTO}': `${world.stack.outputs.ApiUrl}/doctor/v1`,
    '{$DOCTOR.TOKEN}': `${id}:${secret}`,
    '{EVENT.SOURCE}': '0',
    '{EVENT.ID}': '1042',
    '{EVENT.UPDATE.STATUS}': '0',
    '{EVENT.NSEVERITY}': '5',
    '{EVENT.NAME}': `${watched.host}: "unavailable" by ICMP ping`,
    '{HOST.HOST}': watched.host,
  });
  try {
    const sent = Date.now();
    expectOutput(await mustRun(...script({ '{EVENT.VALUE}': '1' })), 'raised');
    const down = (await watched.notified()) - sent;
    const update = { '{EVENT.VALUE}': '1', '{EVENT.UPDATE.STATUS}': '1' };
    const acknowledged = await mustRun(...script(update));
    if (!acknowledged.includes('Nothing to report')) throw new Refusal(acknowledged);
    expectOutput(await mustRun(...script({ '{EVENT.VALUE}': '1' })), 'renewed');
    expectOutput(await mustRun(...script({ '{EVENT.VALUE}': '0' })), 'cleared');
    await watched.becomes('up');
    const wrong = await runCommand(...script({ '{EVENT.VALUE}': '1', '{$DOCTOR.TOKEN}': 'a:b' }));
    if (!wrong.output.includes('Doctor answered 401')) throw new Refusal(wrong.output);
    const conditions = await conditionsOf(world, watched.host);
    if (conditions.length !== 1) throw new Refusal(`${conditions.length} conditions for one event`);
    return `the tenant was notified ${down / 1000} s after the script began`;
  } finally {
    await watched.close();
  }
}

/** The script runner of Debian's Zabbix, with the media type's script. */
export const zabbix: Program = {
  name: 'zabbix',
  does: "Debian's zabbix_js: the media type's script reports a problem and its recovery",
  needs: "Debian's apt-get",
  instancesOnForceDown: 'stop',
  install: (log) => unpackDebian('zabbix', [['zabbix-proxy-sqlite3']], log),
  run,
};
