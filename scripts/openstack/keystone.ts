/** The Keystone of the cloud: logins, and the resources that the tests create and delete again. */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { type Answer, request } from '../stack/api.ts';
import { Refusal } from '../stack/progress.ts';
import type { Cloud } from './cloud-account.ts';

const Id = z.object({ id: z.string() });
const Token = z.object({
  token: z.object({ user: Id, project: z.object({ id: z.string(), domain: Id }) }),
});

/** Calls Keystone as one user. */
export type KeystoneUser = {
  readonly token: string;
  readonly userId: string;
  readonly projectId: string;
  readonly domainId: string;
  /** Sends a request. `path` is below `/v3`. Does not throw for any status. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Sends a request. @throws Error unless the status is 2xx. */
  readonly expect: (method: string, path: string, body?: unknown) => Promise<Answer>;
};

const base = ({ auth }: Cloud): string =>
  `${auth.auth_url.replace(/\/+$/, '').replace(/\/v3$/, '')}/v3`;

/** Logs in at Keystone. */
export async function keystoneLogin(cloud: Cloud): Promise<KeystoneUser> {
  const { auth } = cloud;
  const answer = await request(`${base(cloud)}/auth/tokens`, 'POST', {
    body: {
      auth: {
        identity: {
          methods: ['password'],
          password: {
            user: {
              name: auth.username,
              password: auth.password,
              domain: { name: auth.user_domain_name },
            },
          },
        },
        scope: {
          project: { name: auth.project_name, domain: { name: auth.project_domain_name } },
        },
      },
    },
  });
  const token = answer.headers.get('x-subject-token');
  if (!token) throw new Refusal(`${base(cloud)}: the login was answered with ${answer.status}`);
  const { user, project } = Token.parse(answer.body).token;
  const call: KeystoneUser['call'] = (method, path, body) =>
    request(`${base(cloud)}${path}`, method, {
      headers: { 'x-auth-token': token, 'x-subject-token': token },
      ...(body !== undefined && { body }),
    });
  return {
    token,
    userId: user.id,
    projectId: project.id,
    domainId: project.domain.id,
    call,
    expect: async (method, path, body) => {
      const made = await call(method, path, body);
      if (made.status >= 200 && made.status < 300) return made;
      throw new Error(`${method} ${path}: ${made.status} ${JSON.stringify(made.body)}`);
    },
  };
}

const Made = z.object({ project: Id.optional(), user: Id.optional() });
const Roles = z.object({ roles: z.array(z.object({ id: z.string(), name: z.string() })) });

/** A user in a project, both created for a test. `remove` deletes both. */
export type MadeUser = { readonly cloud: Cloud; readonly remove: () => Promise<void> };

/** Creates a project, and a user with a role in it, in the domain of the administrator. */
export async function makeUser(cloud: Cloud, kind: string, role: string): Promise<MadeUser> {
  const admin = await keystoneLogin(cloud);
  const name = `doctor-${kind}-${randomBytes(4).toString('hex')}`;
  const password = randomBytes(18).toString('base64url');
  const made = async (what: 'project' | 'user', more: object) => {
    const values = { name, domain_id: admin.domainId, ...more };
    const { body } = await admin.expect('POST', `/${what}s`, { [what]: values });
    return Made.parse(body)[what]?.id ?? '';
  };
  const { body } = await admin.expect('GET', `/roles?name=${role}`);
  const [found] = Roles.parse(body).roles;
  if (!found) throw new Refusal(`the cloud has no role ${role}`);
  const project = await made('project', {});
  const user = await made('user', { password });
  await admin.expect('PUT', `/projects/${project}/users/${user}/roles/${found.id}`);
  const domain = cloud.auth.project_domain_name;
  return {
    cloud: {
      region_name: cloud.region_name,
      auth: {
        ...cloud.auth,
        username: name,
        password,
        project_name: name,
        user_domain_name: domain,
        project_domain_name: domain,
      },
    },
    remove: async () => {
      const again = await keystoneLogin(cloud);
      await again.call('DELETE', `/users/${user}`);
      await again.call('DELETE', `/projects/${project}`);
    },
  };
}

const Credential = z.object({
  application_credential: z.object({ id: z.string(), secret: z.string() }),
});

/**
 * Creates an application credential of a user. Its access rules, if any, limit the requests that it
 * may send.
 */
export async function makeCredential(
  user: KeystoneUser,
  name: string,
  access_rules?: readonly object[],
): Promise<{ readonly id: string; readonly secret: string }> {
  const values = { name, ...(access_rules && { access_rules }) };
  const path = `/users/${user.userId}/application_credentials`;
  const { body } = await user.expect('POST', path, { application_credential: values });
  return Credential.parse(body).application_credential;
}

const Services = z.object({ services: z.array(z.object({ id: z.string(), name: z.string() })) });

/** The ids of the services that `doctor cloud register` made, by their names. */
async function registered(admin: KeystoneUser): Promise<string[]> {
  const { body } = await admin.expect('GET', '/services');
  return Services.parse(body)
    .services.filter(({ name }) => /^doctor(-|$)/.test(name))
    .map(({ id }) => id);
}

/**
 * @throws Refusal if a Doctor is registered in the cloud, because the tests would replace that
 * registration.
 */
export async function requireNoDoctor(cloud: Cloud): Promise<void> {
  const found = await registered(await keystoneLogin(cloud));
  if (found.length > 0) {
    throw new Refusal(
      'A Doctor is registered in the catalogue of this cloud. The tests would replace it.',
    );
  }
}

/** Deletes the services that `doctor cloud register` made, with their endpoints. */
export async function unregister(cloud: Cloud): Promise<void> {
  const admin = await keystoneLogin(cloud);
  for (const id of await registered(admin)) await admin.call('DELETE', `/services/${id}`);
}
