/** Tests that hold for the shell script and for `doctor report`, beside those of single reports. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listening, script, twins } from './twins.ts';

let doctor: Awaited<ReturnType<typeof listening>>;
beforeAll(async () => {
  doctor = await listening();
});
afterAll(() => {
  doctor.close();
});

const account = () => ({ DOCTOR_URL: doctor.url, DOCTOR_TOKEN: 'id:secret' });

test('both have the same help', async () => {
  const [line, shell] = await Promise.all(twins.map(({ run }) => run(['-h'], {})));
  const options = (help = '') => help.slice(help.indexOf('  --down,'));
  expect(options(shell?.out)).toBe(options(line?.out));
});

test('bytes that are not UTF-8 become replacement characters in the script', async () => {
  const bytes = [97, 0xff, 0xe2, 0x82, 99, 0xf0, 0x9f, 0xed, 0xa0, 0x80, 0xc0, 0x80, 0xc3, 0xa9];
  const octal = bytes.map((byte) => `\\${byte.toString(8)}`).join('');
  const command = `exec /bin/sh ${script} --down h --cause "$(printf '${octal}')"`;
  const env = { PATH: process.env.PATH, ...account() };
  await promisify(execFile)('/bin/sh', ['-c', command], { env });
  const { details } = JSON.parse(doctor.asked[0]?.body ?? '');
  expect(details.cause).toBe(new TextDecoder().decode(new Uint8Array(bytes)));
});
