/**
 * Masakari's microversions, 1.0 to 1.3: all of them have the same routes here, but for the moves of
 * servers. docs/wire/instance-ha.md#versions. Source: masakari `api/api_version_request.py`.
 */
import { DomainError } from '../../../domain/errors.ts';

const service = 'instance-ha';
const header = 'OpenStack-API-Version';
const [first, last] = [0, 3];

/** The lowest and the highest version, as the version document shows them. */
export const haVersions = { min: `1.${first}`, max: `1.${last}` } as const;

/**
 * The minor version that a request asks for: 0 without the header, the highest for `latest`.
 * @throws DomainError `invalid` if it is malformed, `not_acceptable` if it is not offered.
 */
export function haVersionOf(headers: Readonly<Record<string, string>>): number {
  const item = (headers[header.toLowerCase()] ?? '')
    .split(',')
    .map((entry) => entry.trim().split(/\s+/))
    .findLast(([name]) => name?.toLowerCase() === service);
  const asked = item?.[1];
  if (asked === undefined) return first;
  if (asked.toLowerCase() === 'latest') return last;
  const found = /^([1-9]\d*)\.([1-9]\d*|0)$/.exec(asked);
  const shown = asked.slice(0, 100);
  if (!found) {
    throw new DomainError(
      'invalid',
      `API Version String ${shown} is of invalid format. Must be of format MajorNum.MinorNum.`,
    );
  }
  const minor = Number(found[2]);
  if (found[1] !== '1' || minor > last) {
    throw new DomainError(
      'not_acceptable',
      `Version ${shown} is not supported by the API. Minimum is ${haVersions.min} and maximum is ${haVersions.max}.`,
    );
  }
  return minor;
}

/** The headers of an answer in that version. */
export const haVersionHeaders = (minor: number): Record<string, string> => ({
  [header]: `${service} 1.${minor}`,
  Vary: header,
});
