/** Finds users and projects. */

import { type Account, admin, type Project } from '../../domain/identity/identity.ts';
import { nameId } from '../../domain/ids.ts';
import { isDefaultDomain, type LookupFilters, queryTruth } from './lookup-requests.ts';

/** What the lookups read. */
export type LookupDeps = {
  /** The account with an id; undefined if there is none. */
  readonly account: (id: string) => Promise<Account | undefined>;
  /** The project with an id; undefined if no user was ever registered in it. */
  readonly project: (id: string) => Promise<Project | undefined>;
  /** All projects and users of the tables, by name, without the deployment's own. */
  readonly projects: () => Promise<readonly Project[]>;
  readonly users: () => Promise<readonly Account[]>;
  readonly region: string;
};

const own = admin.projects.map(({ id, name }): Project => ({ id, name }));

/** Finds users and projects, the deployment's own included. */
export function accountFinders(deps: LookupDeps) {
  const projectById = async (id: string): Promise<Project | undefined> =>
    own.find((project) => project.id === id) ?? deps.project(id);

  const projects = async (filters: LookupFilters): Promise<readonly Project[]> => {
    if (
      !isDefaultDomain(filters) ||
      queryTruth(filters.enabled) === false ||
      queryTruth(filters.is_domain)
    )
      return [];
    if (filters.name === undefined) return [...own, ...(await deps.projects())];
    const found = await projectById(nameId('project', filters.name));
    return found ? [found] : [];
  };

  const users = async (filters: LookupFilters): Promise<readonly Account[]> => {
    if (!isDefaultDomain(filters)) return [];
    const { name } = filters;
    const byName = async () => [await deps.account(nameId('user', name ?? ''))];
    const found = name === undefined ? [admin, ...(await deps.users())] : await byName();
    const enabled = queryTruth(filters.enabled);
    return found.flatMap((user) =>
      user && (enabled === undefined || user.enabled === enabled) ? [user] : [],
    );
  };

  /** The projects that a user has roles in. */
  const projectsOf = async (user_id: string): Promise<readonly Project[]> =>
    (await deps.account(user_id))?.projects ?? [];

  return { projectById, projects, users, projectsOf };
}
