/**
 * The documents that Keystone's clients read: version, catalogue, body of a token.
 * docs/wire/identity.md#login.
 */

import { microsecondsZ } from '../../dialects/openstack-times.ts';
import { accessRuleId } from '../../domain/identity/access-rule.ts';
import type { CredentialFacts } from '../../domain/identity/application-credential.ts';
import type { Grant } from '../../domain/identity/identity.ts';
import { nameId } from '../../domain/ids.ts';
import { momentOf } from '../../domain/time.ts';

/**
 * Version 3, at the identity URL `base`. Clients use the whole URL of `self`. Without `id`, `status`
 * or `self` they do not try to log in.
 */
export const version = (base: string) => ({
  id: 'v3.14',
  status: 'stable',
  updated: '2020-04-07T00:00:00Z',
  links: [{ rel: 'self', href: `${base}/v3/` }],
  'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
});

/** Each service with its path below the API's root. Clients append their own path to it. */
const services = [
  { type: 'identity', name: 'keystone', path: '/identity/v3' },
  { type: 'compute', name: 'nova', path: '/compute/v2.1' },
  // There are no images, but clients request them; without /v2, which they add.
  { type: 'image', name: 'glance', path: '/image' },
  // Without /v2.0, which Neutron's own client and gophercloud always add.
  { type: 'network', name: 'neutron', path: '/network' },
  // Without /v2: aodhclient adds it.
  { type: 'alarming', name: 'aodh', path: '/alarming' },
  // With /v1: masakari-monitors then ask for no version document.
  { type: 'instance-ha', name: 'masakari', path: '/instance-ha/v1' },
  { type: 'fault-management', name: 'doctor', path: '/doctor/v1' },
] as const;

/** The catalogue: every service under the API's root, with three interfaces in one region. */
export const catalog = (root: string, region: string) =>
  services.map(({ type, name, path }) => ({
    id: nameId('service', type),
    type,
    name,
    endpoints: ['public', 'internal', 'admin'].map((interfaceName) => ({
      id: nameId('endpoint', `${type}/${interfaceName}`),
      interface: interfaceName,
      region,
      region_id: region,
      url: `${root}${path}`,
    })),
  }));

/** The only domain. */
export const domain = { id: 'default', name: 'Default' } as const;

/** A second since 1970 as Keystone shows it. */
export const moment = (seconds: number): string => microsecondsZ(momentOf(seconds * 1000));

type TokenExtras = {
  /** The catalogue; absent for a body without it. */
  readonly services?: ReturnType<typeof catalog> | undefined;
  /** The application credential of the token's login; absent for another method. */
  readonly credential?: CredentialFacts | undefined;
};

const credentialDocument = (user_id: string, credential: CredentialFacts) => ({
  id: credential.id,
  name: credential.name,
  restricted: !credential.unrestricted,
  ...(credential.access_rules && {
    access_rules: credential.access_rules.map((rule) => ({
      id: accessRuleId(user_id, rule),
      ...rule,
    })),
  }),
});

/**
 * The body of a token, the same for a login and a validation. The body of an unscoped token has no
 * project, roles and catalogue.
 */
export function tokenDocument(grant: Grant, { services, credential }: TokenExtras = {}) {
  const { audit_id, parent_audit_id, methods, user, project, roles } = grant;
  return {
    token: {
      methods,
      audit_ids: parent_audit_id === undefined ? [audit_id] : [audit_id, parent_audit_id],
      issued_at: moment(grant.issued_at),
      expires_at: moment(grant.expires_at),
      user: { ...user, domain, password_expires_at: null },
      ...(project && {
        project: { ...project, domain },
        is_domain: false,
        roles: roles.map((name) => ({ id: nameId('role', name), name })),
        ...(services && { catalog: services }),
      }),
      ...(credential && { application_credential: credentialDocument(user.id, credential) }),
    },
  };
}
