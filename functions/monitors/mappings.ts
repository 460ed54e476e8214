/**
 * What the settings of a source may be for its kind: each dialect has a schema of its own for the
 * mapping.
 */
import * as z from 'zod';
import { parsed } from '../../adapters/http/parsed.ts';
import { CloudWatchMapping } from '../../dialects/cloudwatch.ts';
import { DomainError } from '../../domain/errors.ts';
import { AlertMapping } from './alert-mapping.ts';

/** For dialects whose reports need no mapping. */
const None = z.strictObject({});

/** The schema of each kind of source that has a mapping, by the part of its name before the slash. */
const schemas: Readonly<Record<string, z.ZodType>> = {
  alertmanager: AlertMapping,
  prometheus: AlertMapping,
  cloudwatch: CloudWatchMapping,
};

/** The kinds of sources as which users report. All others are Doctor's own, or AWS services'. */
const reportedKinds = new Set([
  ...['alertmanager', 'prometheus', 'opnfv', 'script', 'zabbix', 'consul', 'redfish', 'masakari'],
]);

/** Checks the reporters of a source. @throws DomainError `invalid` if no user reports as it. */
export function checkReporters(source: string, reporters: readonly string[]): void {
  const [kind = ''] = source.split('/');
  if (reporters.length === 0 || reportedKinds.has(kind)) return;
  throw new DomainError('invalid', `reporters: No user reports as the source ${source}.`);
}

/** Checks the mapping of a source. @throws DomainError `invalid`, which names the field. */
export function checkMapping(source: string, mapping: unknown): void {
  const [kind = ''] = source.split('/');
  parsed(schemas[kind] ?? None, mapping, 'mapping');
}
