/**
 * Nova's microversions: which one a request asks for, and which routes it has.
 * Source: nova `api/openstack/api_version_request.py`, `microversion-parse`.
 */
import { DomainError } from '../../domain/errors.ts';

export type Microversion = { readonly major: number; readonly minor: number };

export const minMicroversion: Microversion = { major: 2, minor: 1 };
/** Highest offered; 2.95 would make every evacuated server end in SHUTOFF. */
export const maxMicroversion: Microversion = { major: 2, minor: 94 };

export const versionHeader = 'OpenStack-API-Version';
export const legacyVersionHeader = 'X-OpenStack-Nova-API-Version';

export const format = ({ major, minor }: Microversion): string => `${major}.${minor}`;

/** Whether `version` is at or above `floor`, itself written `2.53`. */
export function atLeast({ major, minor }: Microversion, floor: string): boolean {
  const [floorMajor = 0, floorMinor = 0] = floor.split('.').map(Number);
  return major > floorMajor || (major === floorMajor && minor >= floorMinor);
}

/** Whether a version lies within a route's first and last version, both included. */
export function within(
  version: Microversion,
  { from, to }: { readonly from?: string; readonly to?: string },
): boolean {
  if (from !== undefined && !atLeast(version, from)) return false;
  return to === undefined || format(version) === to || !atLeast(version, to);
}

/** The requested version as text; undefined if the headers request none. */
function asked(headers: Readonly<Record<string, string>>): string | undefined {
  const entries = (headers[versionHeader.toLowerCase()] ?? '').split(',');
  const named = entries
    .map((entry) => entry.trim().split(/\s+/))
    .filter(([service]) => service?.toLowerCase() === 'compute');
  const last = named.at(-1)?.slice(1).join(' ');
  if (last !== undefined) return last;
  return headers[legacyVersionHeader.toLowerCase()]?.split(',').at(-1)?.trim();
}

/**
 * The version that a request asks for: the last `compute` item of `OpenStack-API-Version`, else the
 * last item of `X-OpenStack-Nova-API-Version`, else 2.1.
 * @throws DomainError `invalid` if it is malformed; `not_acceptable` if it is not offered.
 */
export function requestedMicroversion(headers: Readonly<Record<string, string>>): Microversion {
  const text = asked(headers);
  if (text === undefined) return minMicroversion;
  if (text.toLowerCase() === 'latest') return maxMicroversion;
  const found = /^([1-9]\d*)\.([1-9]\d*|0)$/.exec(text);
  if (!found) {
    const shown = text.slice(0, 100);
    throw new DomainError(
      'invalid',
      `API Version String ${shown} is of invalid format. Must be of format MajorNum.MinorNum.`,
    );
  }
  const version = { major: Number(found[1]), minor: Number(found[2]) };
  const [low, high] = [format(minMicroversion), format(maxMicroversion)];
  if (!within(version, { from: low, to: high })) {
    throw new DomainError(
      'not_acceptable',
      `Version ${text.slice(0, 100)} is not supported by the API. Minimum is ${low} and maximum is ${high}.`,
      microversionHeaders(text.slice(0, 100)),
    );
  }
  return version;
}

/** The headers of every response under `/v2.1`. */
export function microversionHeaders(version: string): Record<string, string> {
  return {
    [versionHeader]: `compute ${version}`,
    [legacyVersionHeader]: version,
    Vary: `${versionHeader}, ${legacyVersionHeader}`,
  };
}
