/** Ports that are chosen for servers of this machine. */
import { expect, test } from 'vitest';
import { choosePort, firstOutgoing, freePort, prometheusPort } from '../../scripts/stack/ports.ts';
import { otherProcess } from './spawned.ts';

const chosen = (choose: () => Promise<number>) =>
  Promise.all(Array.from({ length: 50 }, () => choose()));

test('no outgoing connection can take the port of a stack or of its Prometheus', async () => {
  const ports = await chosen(() => choosePort(0));
  expect(Math.max(...ports.map(prometheusPort))).toBeLessThan(firstOutgoing);
  expect(Math.max(...(await chosen(freePort)))).toBeLessThan(firstOutgoing);
});

test('a port that another process has is not taken', async () => {
  const other = await otherProcess(await freePort());
  expect(await choosePort(other.port)).not.toBe(other.port);
  other.close();
});

test('an emulator on its usual port has Prometheus on its usual port', () => {
  expect(prometheusPort(4566)).toBe(9090);
  expect(prometheusPort(62_000)).toBe(46_524);
});
