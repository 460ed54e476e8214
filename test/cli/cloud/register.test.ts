/** `doctor cloud register`, against the stand-in's Keystone. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommandLine } from '../../../cli/run.ts';
import { type StandIn, standIn } from '../../cloud/stand-in.ts';

let cloud: StandIn;
let token: string;
beforeEach(async () => {
  cloud = await standIn();
  token = cloud.keystone.tokenFor({ user: 'admin', project: 'admin', roles: ['admin'] });
});
afterEach(() => cloud.stop());

async function doctor(...args: string[]) {
  const said = { out: '', err: '' };
  const env = { OS_AUTH_URL: cloud.url, OS_TOKEN: token, OS_PROJECT_NAME: 'admin' };
  const status = await runCommandLine(['cloud', 'register', ...args], env, {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    terminal: false,
  });
  return { status, ...said };
}

const outcomes = (out: string): string[] =>
  JSON.parse(out).map(({ outcome }: { outcome: string }) => outcome);
const all = (outcome: string): string[] => Array.from({ length: 12 }, () => outcome);
const written = () =>
  cloud.requests.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/auth/tokens'))
    .length;

/** Doctor's entries in the catalogue, as `type interface url`. */
const listed = (): string[] =>
  cloud.catalog
    .asCatalog()
    .filter(({ type }) => type !== 'identity')
    .flatMap(({ type, endpoints }) =>
      endpoints.map((each) => `${type} ${each.interface} ${each.region_id} ${each.url}`),
    )
    .sort();

const endpointsAt = (url: string): string[] =>
  [
    ['alarming', '/alarming'],
    ['fault-management', '/doctor/v1'],
    ['instance-ha', '/instance-ha/v1'],
  ].flatMap(([type, path]) =>
    ['admin', 'internal', 'public'].map((face) => `${type} ${face} RegionOne ${url}${path}`),
  );

test('the services and endpoints are created once, and a repeat changes nothing', async () => {
  const first = await doctor('-f', 'json', 'https://doctor.example/api/');
  expect([first.status, outcomes(first.out)]).toEqual([0, all('created')]);
  expect(listed()).toEqual(endpointsAt('https://doctor.example/api'));
  const before = written();
  expect(before).toBe(12);
  const again = await doctor('-f', 'json', 'https://doctor.example/api');
  expect(outcomes(again.out)).toEqual(all('kept'));
  expect(written()).toBe(before);
});

test('a changed address is corrected in the endpoints that there are', async () => {
  await doctor('https://old.example');
  const { out } = await doctor('-f', 'json', 'https://new.example');
  expect(outcomes(out).filter((outcome) => outcome === 'corrected')).toHaveLength(9);
  expect(listed()).toEqual(endpointsAt('https://new.example'));
});

test('a disabled service or endpoint is enabled', async () => {
  await doctor('https://doctor.example');
  const [service] = cloud.catalog.services.splice(1, 1);
  if (!service) return expect.unreachable();
  cloud.catalog.services.push({ ...service, enabled: false });
  const { out } = await doctor('-f', 'json', 'https://doctor.example');
  expect(outcomes(out).filter((outcome) => outcome === 'corrected')).toHaveLength(1);
  expect(cloud.catalog.services.every(({ enabled }) => enabled)).toBe(true);
});

test('a run that broke off is continued by the next one', async () => {
  cloud.disturb({ method: 'POST', path: /endpoints/, how: 'refuse', status: 500 });
  expect(await doctor('https://doctor.example')).toMatchObject({ status: 1 });
  expect((await doctor('https://doctor.example')).status).toBe(0);
  expect(listed()).toEqual(endpointsAt('https://doctor.example'));
});

test('a dry run shows the same and changes nothing', async () => {
  const { status, out } = await doctor('--dry-run', 'https://doctor.example');
  expect(status).toBe(0);
  expect(out).toMatch(/Would be\n/);
  expect(out).toMatch(/alarming .*public .*https:\/\/doctor\.example\/alarming +created/);
  expect([listed(), written()]).toEqual([[], 0]);
});

test('another service of a type stops it, before anything is changed', async () => {
  cloud.catalog.add('alarming', 'http://aodh.example', 'aodh');
  const { status, err } = await doctor('https://doctor.example');
  expect(status).toBe(1);
  expect(err).toContain('alarming (aodh,');
  expect(written()).toBe(0);
});

test('in a cloud of several regions one must be named, and the others are not touched', async () => {
  cloud.catalog.regions.push('Two');
  expect(await doctor('https://doctor.example')).toMatchObject({ status: 2 });
  expect(await doctor('--region', 'Three', 'https://doctor.example')).toMatchObject({ status: 2 });
  await doctor('--region', 'RegionOne', 'https://one.example');
  await doctor('--region', 'Two', 'https://two.example');
  expect(listed()).toEqual(expect.arrayContaining(endpointsAt('https://one.example')));
  expect(listed()).toHaveLength(18);
});

test.each([['no url'], ['ftp://doctor.example'], ['https://doctor.example?x=1'], []])(
  'a text that is not a URL is refused: %s',
  async (...args) => {
    expect(await doctor(...args)).toMatchObject({ status: 2, out: '' });
    expect(written()).toBe(0);
  },
);

test('a caller who is not an administrator gets the refusal of the cloud', async () => {
  token = cloud.keystone.tokenFor({ user: 'alice', project: 'red', roles: ['member'] });
  const { status, err } = await doctor('https://doctor.example');
  expect(status).toBe(1);
  expect(err).toContain('You are not authorized to perform the requested action.');
});

test('help names its options', async () => {
  const { status, out } = await doctor('--help');
  expect(status).toBe(0);
  expect(out).toContain('doctor cloud register [--region REGION] [--dry-run] URL');
});
