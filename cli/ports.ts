/** Finds ports by id or name, and changes their status and data plane status. */
import * as z from 'zod';
import { Item } from './output.ts';
import { type CliSession, Failure, Misuse } from './session.ts';

type Given = Readonly<Record<string, string | boolean | undefined>>;

const Ports = z.object({
  ports: z.array(Item),
  ports_links: z.array(z.object({ rel: z.string(), href: z.string() })).default([]),
});

/** The ports that meet all filters, from all pages. */
export async function portsOf(
  session: CliSession,
  filters: Readonly<Record<string, string>>,
): Promise<Item[]> {
  const ports: Item[] = [];
  const query = new URLSearchParams(filters);
  let path: string | undefined = `/v2.0/ports${query.size === 0 ? '' : `?${query}`}`;
  while (path !== undefined) {
    const page = Ports.parse(await session.ask({ service: 'network', path }));
    ports.push(...page.ports);
    path = page.ports_links.find(({ rel }) => rel === 'next')?.href;
  }
  return ports;
}

/**
 * The port with this id, or else with this name. @throws Failure if no port, or more than one, has
 * it.
 */
export async function portNamed(session: CliSession, text: string): Promise<Item> {
  for (const key of ['id', 'name']) {
    const [port, ...more] = await portsOf(session, { [key]: text });
    if (more.length > 0)
      throw new Failure(`${more.length + 1} ports are named ${text}: give an id.`);
    if (port) return port;
  }
  throw new Failure(`No port has the id or the name ${text}.`);
}

/** The changes by the options of `port set`. @throws Misuse if there are none, or a value is wrong. */
export function portUpdate(given: Given): Item {
  const update = {
    ...oneOf(given, 'dp-down', 'dp_down', { true: true, false: false }),
    ...oneOf(given, 'status', 'status', {
      ACTIVE: 'ACTIVE',
      DOWN: 'DOWN',
      BUILD: 'BUILD',
      ERROR: 'ERROR',
    }),
    ...oneOf(given, 'data-plane-status', 'data_plane_status', {
      ACTIVE: 'ACTIVE',
      DOWN: 'DOWN',
      none: null,
    }),
  };
  if (Object.keys(update).length > 0) return update;
  throw new Misuse('One of --dp-down, --status and --data-plane-status is needed.');
}

/**
 * The attribute that an option changes. The case of the value does not matter. Empty without the
 * option.
 */
function oneOf(
  given: Given,
  option: string,
  attribute: string,
  values: Readonly<Record<string, string | boolean | null>>,
): Item {
  const text = given[option];
  if (text === undefined) return {};
  const found = Object.entries(values).find(
    ([word]) => word.toLowerCase() === String(text).toLowerCase(),
  );
  if (found) return { [attribute]: found[1] };
  const words = Object.keys(values);
  throw new Misuse(
    `--${option} is ${words.slice(0, -1).join(', ')} or ${words.at(-1)}, not ${text}.`,
  );
}

/** Changes a port; returns the changed port. */
export async function setPort(session: CliSession, given: Given, text: string): Promise<Item> {
  const port = portUpdate(given);
  const { id } = await portNamed(session, text);
  const path = `/v2.0/ports/${encodeURIComponent(String(id))}`;
  const body = await session.ask({ service: 'network', method: 'PUT', path, body: { port } });
  return z.object({ port: Item }).parse(body).port;
}
