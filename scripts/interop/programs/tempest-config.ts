import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../program.ts';

type TempestUser = {
  readonly username: string;
  readonly project: string;
  /** What is registered with Doctor. */
  readonly granted: readonly string[];
  /** What tempest's configuration says that the account has. */
  readonly roles: readonly string[];
  readonly admin?: boolean;
};

const member = (username: string, project: string): TempestUser => ({
  username,
  project,
  granted: ['member'],
  roles: ['member', 'reader'],
});
const reader = (username: string, project: string): TempestUser => ({
  username,
  project,
  granted: ['reader'],
  roles: ['reader'],
});
const administrator = (username: string): TempestUser => ({
  username,
  project: 'admin',
  admin: true,
  granted: ['admin'],
  roles: ['admin', 'member', 'reader'],
});

/** A class of tests may ask for two administrators, some members and some readers at once. */
const users = [
  ...[1, 2, 3, 4].map((n) => member(`tempest-member-${n}`, `tempest-${n}`)),
  ...[1, 2].map((n) => reader(`tempest-reader-${n}`, `tempest-${n}`)),
  ...[1, 2].map((n) => administrator(`tempest-admin-${n}`)),
];

const section = (name: string, values: Record<string, string | boolean>): string =>
  [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key} = ${value}`), ''].join(
    '\n',
  );

/**
 * Creates tempest's accounts and writes its workspace: the address of Doctor, and the features that
 * Doctor has.
 */
export async function writeWorkspace({ admin, account, folder, proxy }: World): Promise<void> {
  const accounts = [];
  for (const { username, project, granted, roles, admin: isAdmin } of users) {
    const password = `password-of-${username}`;
    await admin.expect('PUT', `/doctor/v1/users/${username}`, {
      body: { password, projects: [{ name: project, roles: granted }] },
    });
    accounts.push({
      username,
      password,
      project_name: project,
      domain_name: 'Default',
      roles,
      types: isAdmin ? ['admin'] : [],
    });
  }
  const accountsFile = join(folder, 'etc/accounts.yaml');
  writeFileSync(accountsFile, JSON.stringify(accounts, null, 2)); // JSON is YAML
  const services = {
    nova: true,
    neutron: true,
    aodh: true,
    aodh_plugin: true,
    glance: true,
    cinder: false,
    swift: false,
    horizon: false,
    placement: false,
    gnocchi: false,
    ceilometer: false,
    sg_core: false,
  };
  const configuration = [
    section('DEFAULT', { log_file: 'tempest.log', debug: true }),
    section('oslo_concurrency', { lock_path: join(folder, 'locks') }),
    section('auth', { use_dynamic_credentials: false, test_accounts_file: accountsFile }),
    section('identity', {
      uri_v3: account.OS_AUTH_URL ?? '',
      auth_version: 'v3',
      region: 'RegionOne',
      v3_endpoint_type: 'publicURL',
      default_domain_id: 'default',
    }),
    section('identity-feature-enabled', {
      api_v2: false,
      api_v2_admin: false,
      application_credentials: true,
      access_rules: true,
    }),
    section('compute', { min_microversion: '2.1', max_microversion: '2.94' }),
    section('network-feature-enabled', { ipv6: false }),
    section('service_available', services),
    ...(proxy.http_proxy ? [section('service-clients', { proxy_url: proxy.http_proxy })] : []),
  ];
  writeFileSync(join(folder, 'etc/tempest.conf'), configuration.join('\n'));
}
