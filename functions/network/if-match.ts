/** The header `If-Match` of Neutron. */

import { badArgument } from './neutron.ts';

const revisionMatch = /^revision_number=(\d{1,15})$/;

/** The revision that `If-Match` requires; undefined without the header. @throws BadRequest */
export function requiredRevision(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const [, revision] = revisionMatch.exec(header.trim()) ?? [];
  if (revision !== undefined) return Number(revision);
  throw badArgument('Bad If-Match request: it must be revision_number=N.');
}
