import { describe, expect, test } from 'vitest';
import { HaNotification } from '../../../../functions/monitors/masakari/notification-input.ts';
import { reportOf } from '../../../../functions/monitors/masakari/notification-report.ts';

const uuid = '11111111-2222-4333-8444-555555555555';
const facts = { hostname: 'compute-1', generated_time: '2026-11-26T16:41:16.153323' };
const report = (type: string, payload: object) =>
  reportOf(HaNotification.parse({ type, ...facts, payload }));

describe('a notification about a host', () => {
  test('that stopped with its power off says that the host has failed and is fenced', () => {
    const payload = { event: 'STOPPED', cluster_status: 'OFFLINE', host_status: 'NORMAL' };
    expect(report('COMPUTE_HOST', payload)).toEqual({
      kind: 'observation',
      observation: {
        key: 'COMPUTE_HOST/compute-1',
        status: 'raised',
        target: { kind: 'host', host: 'compute-1' },
        effect: 'host_down',
        severity: 'critical',
        cause: 'The cluster lost the host.',
        observed_at: facts.generated_time,
        fenced: true,
      },
    });
  });

  test('that started clears the condition that its stop raised', () => {
    const payload = { event: 'STARTED', cluster_status: 'ONLINE', host_status: 'NORMAL' };
    expect(report('COMPUTE_HOST', payload)).toMatchObject({
      observation: { key: 'COMPUTE_HOST/compute-1', status: 'cleared', effect: 'host_down' },
    });
  });

  test.each([
    { event: 'STOPPED', cluster_status: 'OFFLINE', host_status: 'UNKNOWN' },
    { event: 'STOPPED' },
  ])('without confirmation that the host is off is ignored: %o', (payload) => {
    expect(report('COMPUTE_HOST', payload)).toMatchObject({
      kind: 'ignored',
      reason: expect.stringContaining('host_status'),
    });
  });
});

describe('a notification about a process', () => {
  test('takes the service of the host down if the process is nova-compute', () => {
    expect(report('PROCESS', { event: 'STOPPED', process_name: 'nova-compute' })).toMatchObject({
      observation: {
        key: 'PROCESS/compute-1/nova-compute',
        status: 'raised',
        effect: 'host_unreachable',
        severity: 'major',
        fenced: false,
      },
    });
  });

  test('changes no state for another process', () => {
    expect(report('PROCESS', { event: 'STOPPED', process_name: 'libvirtd' })).toMatchObject({
      observation: { key: 'PROCESS/compute-1/libvirtd', effect: 'none' },
    });
  });

  test('has a key that fits, however long the name', () => {
    const found = report('PROCESS', { event: 'STOPPED', process_name: 'p'.repeat(4096) });
    expect(found.kind === 'observation' && found.observation.key.length).toBe(255);
  });
});

describe('a notification about a server', () => {
  test.each([
    ['QEMU_GUEST_AGENT_ERROR', 'STOPPED_FAILED'],
    ['LIFECYCLE', 'STOPPED_FAILED'],
    ['IO_ERROR', 'IO_ERROR_REPORT'],
  ])('puts the server in error after %s, %s', (event, vir_domain_event) => {
    expect(report('VM', { event, vir_domain_event, instance_uuid: uuid })).toMatchObject({
      observation: {
        key: `VM/${uuid}`,
        status: 'raised',
        target: { kind: 'server', server_id: uuid },
        effect: 'server_error',
      },
    });
  });

  test.each([
    ['LIFECYCLE', 'STOPPED_SHUTDOWN'],
    ['LIFECYCLE', 'STOPPED_DESTROYED'],
    ['LIFECYCLE', 'SUSPENDED_IOERROR'],
    ['LIFECYCLE', 'SHUTDOWN_FINISHED'],
    ['REBOOT', 'UNKNOWN'],
    ['WATCHDOG', 'WATCHDOG_POWEROFF'],
    ['IO_ERROR', 'IO_ERROR_PAUSE'],
    ['CONTROL_ERROR', 'UNKNOWN'],
  ])('is ignored after %s, %s, which its owner may have caused', (event, vir_domain_event) => {
    expect(report('VM', { event, vir_domain_event, instance_uuid: uuid }).kind).toBe('ignored');
  });
});
