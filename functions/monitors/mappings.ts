/** The mapping in the settings of a source: each dialect has a schema of its own. */
import * as z from 'zod';
import { parsed } from '../../adapters/http/parsed.ts';
import { AlertMapping } from './alert-mapping.ts';

/** For dialects whose reports need no mapping. */
const None = z.strictObject({});

/** The schema of each kind of source that has a mapping, by the part of its name before the slash. */
const schemas: Readonly<Record<string, z.ZodType>> = {
  alertmanager: AlertMapping,
  prometheus: AlertMapping,
};

/** Checks the mapping of a source. @throws DomainError `invalid`, which names the field. */
export function checkMapping(source: string, mapping: unknown): void {
  const [kind = ''] = source.split('/');
  parsed(schemas[kind] ?? None, mapping, 'mapping');
}
