/** Which OpenStack cloud the tests use, and how its administrator logs in. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { Refusal } from '../stack/progress.ts';

/** A login of `clouds.yaml` with a password, scoped to a project. */
const Cloud = z.object({
  region_name: z.string().default('RegionOne'),
  auth: z.object({
    auth_url: z.string(),
    username: z.string(),
    password: z.string(),
    project_name: z.string(),
    user_domain_name: z.string().default('Default'),
    project_domain_name: z.string().default('Default'),
  }),
});
export type Cloud = z.infer<typeof Cloud>;

const CloudsFile = z.object({ clouds: z.record(z.string(), z.unknown()) });

/** The variables that OpenStack's tools read, for a login. */
export const openrcOf = ({ region_name, auth }: Cloud): Record<string, string> => ({
  OS_AUTH_URL: auth.auth_url,
  OS_USERNAME: auth.username,
  OS_PASSWORD: auth.password,
  OS_PROJECT_NAME: auth.project_name,
  OS_USER_DOMAIN_NAME: auth.user_domain_name,
  OS_PROJECT_DOMAIN_NAME: auth.project_domain_name,
  OS_REGION_NAME: region_name,
  OS_IDENTITY_API_VERSION: '3',
});

/** The scripts and the files of a test box: a control plane of OpenStack for tests. */
export type Box = { readonly scripts: string; readonly state: string };

/**
 * The test box whose folder, with `up.sh` and `svc.sh`, `OPENSTACK_BOX` names; undefined if the
 * variable is not set.
 */
export function boxOf(env: NodeJS.ProcessEnv): Box | undefined {
  const { OPENSTACK_BOX: folder, OPENSTACK_STATE: state = '/tmp/openstack' } = env;
  if (!folder) return undefined;
  const scripts = resolve(folder);
  if (existsSync(join(scripts, 'up.sh'))) return { scripts, state: resolve(state) };
  throw new Refusal(`OPENSTACK_BOX: there is no up.sh in ${scripts}.`, 2);
}

const usage = `The tests need an OpenStack cloud. Give one of these:

  OPENSTACK_BOX    the folder of the scripts of a control plane for tests, which starts if it is not up
                   (OPENSTACK_STATE: where it keeps its files, /tmp/openstack by default)
  OS_CLOUD         the name of a cloud in clouds.yaml, in which you are an administrator with a password
                   (here, in ~/.config/openstack or in OS_CLIENT_CONFIG_FILE). Tests that stop its services
                   do not run.`;

/**
 * The login of the administrator of the cloud that the variables name. @throws Refusal if they name
 * none.
 */
export function cloudOf(env: NodeJS.ProcessEnv): Cloud {
  const box = boxOf(env);
  const name = box ? 'admin' : env.OS_CLOUD;
  if (!name) throw new Refusal(usage, 2);
  const files = box
    ? [join(box.state, 'clouds.yaml')]
    : [
        env.OS_CLIENT_CONFIG_FILE ?? 'clouds.yaml',
        join(homedir(), '.config/openstack/clouds.yaml'),
      ];
  const file = files.find((each) => existsSync(each));
  if (!file) throw new Refusal(`There is no ${files.join(' or ')}.`, 2);
  const { clouds } = CloudsFile.parse(parse(readFileSync(file, 'utf8')));
  const found = Cloud.safeParse(clouds[name]);
  if (!found.success) throw new Refusal(`${file} has no cloud ${name} with a password.`, 2);
  return found.data;
}
