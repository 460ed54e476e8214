/** The secret of the setting `cloud`: how Doctor logs in to the OpenStack cloud that it stands beside. */
import * as z from 'zod';
import { DomainError } from '../../domain/errors.ts';

/** The secret as JSON. The names are those of `clouds.yaml`, but for `ca`, which holds the text itself. */
export const CloudSecret = z.object({
  /** The URL of Keystone; `/v3` at its end may be missing. */
  auth_url: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  application_credential_id: z.string().min(1),
  application_credential_secret: z.string().min(1),
  /** The region whose endpoints are used; absent: the first one that the catalogue names. */
  region_name: z.string().min(1).optional(),
  /** Which of a service's endpoints are used. */
  interface: z.enum(['public', 'internal', 'admin']).default('public'),
  /** The certificates (PEM) that the cloud's own are checked against; absent: those of the system. */
  ca: z.string().startsWith('-----BEGIN CERTIFICATE-----').optional(),
});
export type CloudSecret = z.infer<typeof CloudSecret>;

/**
 * Reads the text of the secret.
 * @throws DomainError `internal` that names each field that is wrong, and no value.
 */
export function readCloudSecret(text: string): CloudSecret {
  const { data, error } = CloudSecret.safeParse(jsonOf(text));
  if (data) return data;
  const complaints = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new DomainError('internal', `the secret of the setting cloud: ${complaints.join('; ')}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DomainError('internal', 'the secret of the setting cloud is not JSON');
  }
}
