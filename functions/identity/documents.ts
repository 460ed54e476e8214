/** What Keystone's clients read: version, catalogue, body of a token. docs/wire/identity.md#login. */
import { accessRuleId } from '../../domain/identity/access-rule.ts';
import type { CredentialFacts } from '../../domain/identity/application-credential.ts';
import type { Grant } from '../../domain/identity/identity.ts';
import { nameId } from '../../domain/ids.ts';
import { microsecondsZ, momentOf } from '../../domain/time.ts';

/**
 * Version 3, at the identity URL `base`. Clients follow `self` literally, path and all; without
 * `id`, `status` or `self` they do not even try to log in.
 */
export const version = (base: string) => ({
  id: 'v3.14',
  status: 'stable',
  updated: '2020-04-07T00:00:00Z',
  links: [{ rel: 'self', href: `${base}/v3/` }],
  'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
});

/** Each service with its path below the API's root, to which clients append their own. */
const services = [
  { type: 'identity', name: 'keystone', path: '/identity/v3' },
  { type: 'compute', name: 'nova', path: '/compute/v2.1' },
  // There are no images, but clients ask for them; without /v2, which they add.
  { type: 'image', name: 'glance', path: '/image' },
  // Without /v2.0, which Neutron's own client and gophercloud add blindly.
  { type: 'network', name: 'neutron', path: '/network' },
  // Without /v2: aodhclient adds it.
  { type: 'alarming', name: 'aodh', path: '/alarming' },
  { type: 'fault-management', name: 'doctor', path: '/doctor/v1' },
] as const;

/** Every service under the API's root, three interfaces each, in the one region. */
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

/** The one domain. */
export const domain = { id: 'default', name: 'Default' } as const;

/** A second since 1970 as Keystone shows it. */
export const moment = (seconds: number): string => microsecondsZ(momentOf(seconds * 1000));

type TokenExtras = {
  /** Absent: the body has no catalogue. */
  readonly services?: ReturnType<typeof catalog> | undefined;
  /** The application credential that the token was made with. */
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
 * The body of a token, of a login and of a validation alike. An unscoped one has neither project
 * nor roles nor catalogue.
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
