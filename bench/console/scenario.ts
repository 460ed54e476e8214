import { chromium, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/console/chromium.ts';
import { readAccount } from '../../scripts/stack/accounts.ts';
import { type Account, login } from '../../scripts/stack/api.ts';
import type { Stack } from '../../scripts/stack/bring-up.ts';
import { type Figure, percentile } from '../figures.ts';
import { queuesOf } from '../queues.ts';
import { type LargeCloud, makeLargeCloud } from './large-cloud.ts';

const size = { hosts: 1_000, servers: 10_000, alarms: 1_000, down: 20 };
const mostMs = 1_000;

/** A view, and the number of elements that it must show at least. */
type TimedView = {
  readonly link: string;
  readonly title: string;
  readonly least: readonly [selector: string, count: number];
};

const rows = (least: number) => ['main tbody tr', least] as const;
const region = ['main section', 1] as const;

/** The views by the names of their figures. */
const ofOperators = (cloud: LargeCloud): Readonly<Record<string, TimedView>> => ({
  now: { link: '#/now', title: 'Now', least: ['a.tile', size.hosts] },
  host: { link: `#/hosts/${cloud.host}`, title: cloud.host, least: rows(20) },
  servers: { link: '#/servers', title: 'Servers', least: rows(100) },
  'servers by name': {
    link: '#/servers?name=bench-server-99',
    title: 'Servers',
    least: rows(100),
  },
  ports: { link: '#/ports', title: 'Ports', least: rows(100) },
  faults: { link: '#/faults', title: 'Faults', least: rows(size.down) },
  fault: { link: `#/faults/${cloud.fault}`, title: 'Fault ', least: rows(10) },
  conditions: { link: '#/conditions', title: 'Conditions', least: ['main h1', 1] },
  alarm: { link: `#/alarms/${cloud.alarm}`, title: '', least: region },
  delivery: { link: '#/delivery', title: 'Delivery', least: rows(10) },
  unmatched: { link: '#/unmatched', title: 'Unmatched', least: ['main h1', 1] },
  'search for a host': {
    link: '#/search/bench-compute-99',
    title: 'Search',
    least: ['main li', 1],
  },
  'search for a server': { link: `#/search/${cloud.server}`, title: 'Search', least: rows(1) },
});

const ofTenants = (cloud: LargeCloud): Readonly<Record<string, TimedView>> => {
  const { servers, ports, fault } = ofOperators(cloud);
  // An operator's list shows the alarms of the operator's project, as in Aodh.
  const alarms: TimedView = { link: '#/alarms', title: 'Alarms', least: rows(100) };
  return Object.fromEntries(
    Object.entries({ servers, ports, fault, alarms }).flatMap(([name, view]) =>
      view ? [[`tenant: ${name}`, view]] : [],
    ),
  );
};

async function logIn(page: Page, { username, password, project }: Account): Promise<void> {
  await page.getByLabel('User').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByLabel('Project').fill(project);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('navigation', { name: 'Views' }).waitFor();
}

/** The longest wait for a view, in ms: longer than the gateway waits for a function. */
const patienceMs = 30_000;

/** Times of a visit, in ms. */
type Visit = {
  /** The time from the change of the link to the frame that shows the whole view. */
  readonly shown: number;
  /** The part of that time after the last answer has arrived: the work of the page itself. */
  readonly drawn: number;
};

/** Visits a view. A view that is not shown in time counts with the longest wait. */
const timed = (page: Page, { link, title, least: [selector, count] }: TimedView): Promise<Visit> =>
  page.evaluate(
    async ({ link, title, selector, count, patienceMs }) => {
      const frame = () => new Promise(requestAnimationFrame);
      const began = performance.now();
      location.hash = link;
      for (;;) {
        await frame();
        const main = document.querySelector('main');
        const heading = main?.querySelector('h1')?.textContent ?? '';
        const loading = main?.textContent.includes('Loading …') ?? true;
        const there = document.querySelectorAll(selector).length >= count;
        if (heading.startsWith(title) && !loading && there) break;
        if (performance.now() - began > patienceMs) break;
      }
      // When the next frame begins, this one has been painted.
      await frame();
      const end = performance.now();
      const answers = performance
        .getEntriesByType('resource')
        .flatMap((entry) => ('responseEnd' in entry ? [Number(entry.responseEnd)] : []))
        .filter((at) => at > began && at < end);
      performance.clearResourceTimings();
      return { shown: end - began, drawn: end - Math.max(began, ...answers) };
    },
    { link, title, selector, count, patienceMs },
  );

const elsewhere: TimedView = {
  link: '#/subscriptions',
  title: 'Not found',
  least: ['main h1', 1],
};

/** Visits each view from a page that shows nothing, and returns the median of the times. */
async function visited(
  page: Page,
  views: Readonly<Record<string, TimedView>>,
  runs: number,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, view] of Object.entries(views)) {
    const visits: Visit[] = [];
    for (let run = 0; run < runs + 1; run++) {
      await timed(page, { ...elsewhere, link: `#/nowhere/${run}` });
      visits.push(await timed(page, view));
    }
    console.log(`  ${name}: ${visits.map(({ shown }) => Math.round(shown)).join(', ')} ms`);
    // The first visit may start a function.
    const median = (part: keyof Visit): number =>
      percentile(
        visits.slice(1).map((visit) => visit[part]),
        0.5,
      );
    figures.push(
      { scenario, figure: `${name} p50`, value: median('shown'), unit: 'ms', target: mostMs },
      { scenario, figure: `${name}: drawing p50`, value: median('drawn'), unit: 'ms' },
    );
  }
  return figures;
}

/** Opens each view of the console, in a browser, with 1,000 hosts and 10,000 servers with ports. */
export async function consoleViews(stack: Stack, runs: number): Promise<Figure[]> {
  const apiUrl = stack.outputs.ApiUrl ?? '';
  const accounts = [readAccount('admin'), readAccount('tenant-a')] as const;
  const [admin, tenant] = await Promise.all([
    login(apiUrl, accounts[0]),
    login(apiUrl, accounts[1]),
  ]);
  const cloud = await makeLargeCloud(stack, { admin, tenant }, size);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? findChromium(),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const figures: Figure[] = [];
  try {
    await queuesOf(stack).allQuiet(300_000);
    for (const [account, views] of [
      [accounts[0], ofOperators(cloud)],
      [accounts[1], ofTenants(cloud)],
    ] as const) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      await page.goto(`${apiUrl}/console/`);
      await logIn(page, account);
      figures.push(...(await visited(page, views, runs)));
      await page.close();
    }
  } finally {
    await browser.close();
    await cloud.close();
  }
  return figures;
}

const scenario = 'console';
