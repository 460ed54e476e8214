/**
 * Every view is usable with a keyboard and with a screen reader, as far as axe can check, in light
 * and dark, and keeps to the content security policy.
 */
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { root } from '../../scripts/stack/state.ts';
import { login } from '../stack/stack.ts';
import { type Browsing, openBrowser } from './browser.ts';
import type { Console } from './page.ts';
import { failing, makeSmallCloud, type SmallCloud } from './small-cloud.ts';

let browsing: Browsing;
let cloud: SmallCloud;

beforeAll(async () => {
  const [admin, tenant] = await Promise.all([login('admin'), login('tenant-a')]);
  browsing = await openBrowser();
  cloud = await makeSmallCloud(admin, tenant);
});
afterAll(() => browsing.close());

type View = { readonly name: string; readonly link: string; readonly title: string | RegExp };

const common = (): readonly View[] => [
  { name: 'servers', link: '#/servers', title: 'Servers' },
  { name: 'ports', link: '#/ports', title: 'Ports' },
  { name: 'faults', link: '#/faults', title: 'Faults' },
  { name: 'fault', link: `#/faults/${cloud.fault}`, title: /^Fault / },
  { name: 'alarms', link: '#/alarms', title: 'Alarms' },
  { name: 'alarm', link: `#/alarms/${cloud.alarm}`, title: 'web-1 is off' },
  { name: 'new-alarm', link: '#/alarms/new', title: 'New alarm' },
  { name: 'subscriptions', link: '#/subscriptions', title: 'Subscriptions' },
  { name: 'search', link: '#/search/web-1', title: /^Search/ },
];
const views: Readonly<Record<'admin' | 'tenant-a', () => readonly View[]>> = {
  admin: () => [
    { name: 'now', link: '#/now', title: 'Now' },
    { name: 'host', link: `#/hosts/${failing}`, title: failing },
    { name: 'conditions', link: '#/conditions', title: 'Conditions' },
    ...common(),
    { name: 'delivery', link: '#/delivery', title: 'Delivery' },
    { name: 'unmatched', link: '#/unmatched', title: 'Unmatched' },
  ],
  'tenant-a': common,
};

/** Goes to a view and waits until it has loaded. */
async function show(at: Console, { link, title }: View): Promise<void> {
  await at.go(link);
  await at.heading(title).waitFor();
  const unfinished = at.page.getByText(/^(Loading )?…$/);
  await expect.poll(() => unfinished.count(), { timeout: 20_000 }).toBe(0);
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const Found = z.array(
  z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string(), target: z.unknown() })) }),
);

/** The findings of axe, each as rule and element. */
async function violationsOf({ page }: Console): Promise<string[]> {
  const found = Found.parse(await page.evaluate('axe.run().then(({ violations }) => violations)'));
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

test.each(
  (['admin', 'tenant-a'] as const).flatMap((who) =>
    (['light', 'dark'] as const).map((colorScheme) => ({ who, colorScheme })),
  ),
)('axe finds no violation on any view of $who in $colorScheme', async ({ who, colorScheme }) => {
  // The page's content security policy would refuse axe itself.
  const options = { colorScheme, bypassCSP: true } as const;
  const login = await browsing.open(options);
  await login.page.addScriptTag({ path: axe });
  const found: [string, string[]][] = [['login', await violationsOf(login)]];
  const at = await browsing.openAs(who, options);
  await at.page.addScriptTag({ path: axe });
  for (const view of views[who]()) {
    await show(at, view);
    found.push([view.name, await violationsOf(at)]);
  }
  expect(found.filter(([, violations]) => violations.length > 0)).toEqual([]);
});

test('the outcome of a test of an alarm has no violation, and fits a phone', async () => {
  const options = { bypassCSP: true, viewport: { width: 390, height: 844 } } as const;
  const at = await browsing.openAs('tenant-a', options);
  await at.page.addScriptTag({ path: axe });
  await at.go(`#/alarms/${cloud.alarm}`);
  await at.page.getByRole('button', { name: 'Send a test' }).click();
  expect(await violationsOf(at)).toEqual([]);
  await at.page.getByRole('dialog').getByRole('button', { name: 'Send a test' }).click();
  await at.section('Last test').getByText('marked as a test').waitFor();
  expect(await violationsOf(at)).toEqual([]);
  expect(await at.page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
});

/** More presses of the Tab key than any view has elements that it reaches. */
const mostTabs = 150;

test.each(['admin', 'tenant-a'] as const)('the Tab key reaches every view of %s', async (who) => {
  const { page } = await browsing.openAs(who);
  const views = page.getByRole('navigation', { name: 'Views' });
  const missing = new Set(await views.getByRole('link').allTextContents());
  expect(missing.size).toBeGreaterThan(3);
  for (let n = 0; n < mostTabs && missing.size > 0; n++) {
    await page.keyboard.press('Tab');
    missing.delete(await page.evaluate(() => document.activeElement?.textContent ?? ''));
  }
  expect([...missing]).toEqual([]);
});

test('an idle page makes at most two requests in five seconds', async () => {
  const at = await browsing.openAs('admin');
  await show(at, { name: 'now', link: '#/now', title: 'Now' });
  await at.page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await sleep(3_000);
  const requests: number[] = [];
  at.page.on('request', () => requests.push(performance.now()));
  await sleep(6_000);
  const most = requests.map(
    (first) => requests.filter((each) => each >= first && each < first + 5_000).length,
  );
  expect(most.length).toBeGreaterThan(0);
  expect(Math.max(...most)).toBeLessThanOrEqual(2);
});

test('a phone shows every view without scrolling sideways', async () => {
  const at = await browsing.openAs('admin', { viewport: { width: 390, height: 844 } });
  const wide: string[] = [];
  for (const view of views.admin()) {
    await show(at, view);
    const fits = await at.page.evaluate(
      () => document.documentElement.scrollWidth <= document.documentElement.clientWidth,
    );
    if (!fits) wide.push(view.name);
  }
  expect(wide).toEqual([]);
});

const pictures = process.env.CONSOLE_SCREENSHOTS;

/** Views whose pictures also show the part below the window. */
const tall = new Set(['host', 'new-alarm', 'delivery']);

/** A picture of each view, for the documents. */
async function takePictures(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const picture = async (at: Console, name: string) => {
    const path = join(folder, `${name}.png`);
    await at.page.screenshot({ path, animations: 'disabled', fullPage: tall.has(name) });
  };
  const login = await browsing.open();
  await picture(login, 'login');
  const operator = await browsing.openAs('admin');
  for (const view of views.admin()) {
    await show(operator, view);
    await picture(operator, view.name);
  }
  const tenant = await browsing.openAs('tenant-a');
  await show(tenant, { name: 'alarm', link: `#/alarms/${cloud.alarm}`, title: 'web-1 is off' });
  await tenant.confirm('Send a test');
  await tenant.row('Receivers of the test', 'published').waitFor();
  await picture(tenant, 'alarm');
  await show(tenant, { name: 'new-alarm', link: '#/alarms/new', title: 'New alarm' });
  await tenant.row('Events that would have matched', 'stopped').first().waitFor();
  await picture(tenant, 'new-alarm');
  const dark = await browsing.openAs('admin', { colorScheme: 'dark' });
  await show(dark, { name: 'now', link: '#/now', title: 'Now' });
  await picture(dark, 'now-dark');
  const phone = await browsing.openAs('tenant-a', { viewport: { width: 390, height: 844 } });
  await show(phone, { name: 'servers', link: '#/servers', title: 'Servers' });
  await picture(phone, 'servers-phone');
}

if (pictures !== undefined) {
  test('each view has its picture', () => takePictures(join(root, pictures)));
}

test('no page broke its policy or threw an error', () => {
  expect(browsing.complaints()).toEqual([]);
});
