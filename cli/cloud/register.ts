/** `doctor cloud register`: Doctor's services in the catalogue of an OpenStack cloud's Keystone. */
import * as z from 'zod';
import type { Command } from '../command.ts';
import type { Item } from '../output.ts';
import { type CliSession, Failure, Misuse } from '../session.ts';
import {
  CatalogEndpoint,
  CatalogService,
  type PlannedChange,
  registrationPlan,
  rivalsOf,
} from './registration-plan.ts';

const Services = z.object({ services: z.array(CatalogService) });
const Endpoints = z.object({ endpoints: z.array(CatalogEndpoint) });
const Regions = z.object({ regions: z.array(z.object({ id: z.string() })) });
const Made = z.object({ service: z.object({ id: z.string() }) });

/** The command. */
export const cloudRegister: Command = {
  name: 'cloud register',
  usage: '[--region REGION] [--dry-run] URL',
  does: "List Doctor's API at URL in the cloud's own catalogue: run it with the openrc of the cloud's administrator. A repeat corrects what has changed.",
  argument: 'URL',
  options: { region: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  run: async (session, given, argument) => {
    const dry = given['dry-run'] === true;
    const url = addressOf(argument);
    const read = async <T>(path: string, schema: z.ZodType<T>): Promise<T> =>
      schema.parse(await session.ask({ service: 'identity', path }));
    const { services } = await read('/services', Services);
    const rivals = rivalsOf(services);
    if (rivals.length > 0) throw new Failure(rivalText(rivals));
    const { endpoints } = await read('/endpoints', Endpoints);
    const { regions } = await read('/regions', Regions);
    const region = regionOf(
      given.region,
      regions.map(({ id }) => id),
    );
    const plan = registrationPlan({ services, endpoints, url, region });
    if (!dry) await carryOut(session, plan);
    return {
      items: plan.map((change) => shown(change, dry)),
      columns: {
        Type: 'type',
        Name: 'name',
        Interface: 'interface',
        URL: 'url',
        [dry ? 'Would be' : 'Was']: 'outcome',
      },
    };
  },
};

/** The address without slashes at its end. @throws Misuse if it is no URL. */
function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new Misuse(`URL is the address of Doctor's API, such as https://doctor.example: ${text}`);
  }
  return text.replace(/\/+$/, '');
}

/**
 * @throws Misuse if the cloud does not have this region, or if none is given and the cloud has
 * several.
 */
function regionOf(given: string | boolean | undefined, known: readonly string[]): string {
  const list = known.join(', ');
  if (typeof given === 'string') {
    if (known.includes(given)) return given;
    throw new Misuse(`--region is one of the cloud's regions: ${list}`);
  }
  const [only, ...more] = known;
  if (only === undefined) throw new Failure('The cloud has no region.');
  if (more.length > 0) throw new Misuse(`--region is needed, because there are several: ${list}`);
  return only;
}

const rivalText = (rivals: readonly CatalogService[]): string =>
  `The catalogue has other services of these types: ${rivals
    .map(({ type, name, id }) => `${type} (${name}, ${id})`)
    .join(
      ', ',
    )}. Clients would not know which to use. Nothing was changed: delete these, or leave Doctor out of the catalogue.`;

/** One after the other, so that each service exists before its endpoints. */
async function carryOut(session: CliSession, plan: readonly PlannedChange[]): Promise<void> {
  const ids = new Map<string, string>();
  for (const change of plan) {
    const { action, type, name, id, endpoint } = change;
    if (!endpoint) {
      const service = { type, name, description: 'Doctor: fault management', enabled: true };
      const made = await written(session, { action, id, key: 'service', values: service });
      ids.set(type, id ?? Made.parse(made).service.id);
      continue;
    }
    const { interface: face, region: region_id, url } = endpoint;
    const place = { service_id: ids.get(type), interface: face, region_id };
    const values = { ...place, url, enabled: true };
    await written(session, { action, id, key: 'endpoint', values });
  }
}

type Write = Pick<PlannedChange, 'action' | 'id'> & {
  readonly key: 'service' | 'endpoint';
  readonly values: Item;
};

/** Creates or changes a service or an endpoint. Returns undefined if there is nothing to change. */
async function written(session: CliSession, { action, id, key, values }: Write): Promise<unknown> {
  if (action === 'keep') return undefined;
  const body = { [key]: values };
  if (id === undefined) {
    return session.ask({ service: 'identity', method: 'POST', path: `/${key}s`, body });
  }
  const path = `/${key}s/${encodeURIComponent(id)}`;
  return session.ask({ service: 'identity', method: 'PATCH', path, body });
}

const outcomes = { create: 'created', change: 'corrected', keep: 'kept' } as const;

const shown = ({ action, type, name, endpoint }: PlannedChange, dry: boolean): Item => ({
  type,
  name,
  interface: endpoint?.interface ?? '',
  url: endpoint?.url ?? '',
  outcome: outcomes[action],
  ...(dry && { dry_run: true }),
});
