/** How Keystone shows users, projects, domains, roles and lists. Source: keystone `api/*.py`, api-ref v3. */
import type { RawRequest } from '../../adapters/http/request.ts';
import type { Account, Project } from '../../domain/identity/identity.ts';
import { nameId } from '../../domain/ids.ts';
import { domain } from './documents.ts';

const links = (base: string, path: string) => ({ self: `${base}/v3/${path}` });

/** The links of a list. A list has one page. */
export const listLinks = ({ base, path }: Pick<RawRequest, 'base' | 'path'>) => ({
  next: null,
  self: `${base}${path}`,
  previous: null,
});

/** A project. `base` is the surface's URL, as in the other views. */
export const projectView = ({ id, name }: Project, base: string) => ({
  id,
  name,
  description: '',
  domain_id: domain.id,
  parent_id: domain.id,
  enabled: true,
  is_domain: false,
  tags: [],
  options: {},
  links: links(base, `projects/${id}`),
});

/** A user. */
export const userView = ({ id, name, enabled, projects: [home] }: Account, base: string) => ({
  id,
  name,
  domain_id: domain.id,
  ...(home && { default_project_id: home.id }),
  enabled,
  password_expires_at: null,
  options: {},
  links: links(base, `users/${id}`),
});

/** The only domain. */
export const domainView = (base: string) => ({
  ...domain,
  description: 'The default domain',
  enabled: true,
  tags: [],
  options: {},
  links: links(base, `domains/${domain.id}`),
});

/** A role. */
export const roleView = (name: string, base: string) => {
  const id = nameId('role', name);
  const common = { domain_id: null, description: null, options: {} };
  return { id, name, ...common, links: links(base, `roles/${id}`) };
};
