/** Measures how long the console takes to show many hosts. */
import { chromium } from 'playwright-core';
import { readAccount } from '../stack/accounts.ts';
import { login } from '../stack/api.ts';
import { step } from '../stack/progress.ts';
import { findChromium } from './chromium.ts';

/** Requests that are sent at once. */
const atOnce = 16;
const times = 5;
const patienceMs = 60_000;

/** Registers hosts under new names. */
async function registerHosts(apiUrl: string, hosts: number): Promise<void> {
  const admin = await login(apiUrl, readAccount('admin'));
  const names = Array.from({ length: hosts }, (_, n) => `many-${String(n).padStart(5, '0')}`);
  const work = async () => {
    for (let name = names.pop(); name; name = names.pop()) {
      await admin.expect('PUT', `/doctor/v1/hosts/${name}`, { body: { zone: 'nova' } });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** Prints the milliseconds, requests included, from a click on *Now* until each host has its tile. */
export async function measureHosts(apiUrl: string, hosts: number): Promise<void> {
  await step(`Registering ${hosts} hosts`, () => registerHosts(apiUrl, hosts));
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const { username, password, project } = readAccount('admin');
    await page.goto(`${apiUrl}/console/`);
    await page.getByLabel('User').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.getByLabel('Project').fill(project);
    await page.getByRole('button', { name: 'Log in' }).click();
    const taken: number[] = [];
    for (let n = 0; n < times; n++) {
      await page.getByRole('link', { name: 'Unmatched' }).click();
      await page.getByRole('heading', { name: 'Unmatched' }).waitFor();
      const started = performance.now();
      await page.getByRole('link', { name: 'Now', exact: true }).click();
      const tiles = page.getByRole('list', { name: 'Hosts by state' }).getByRole('listitem');
      await tiles.nth(hosts - 1).waitFor({ timeout: patienceMs });
      taken.push(performance.now() - started);
    }
    const [first = 0, ...later] = taken.map(Math.round);
    console.log(
      `\n${hosts} hosts shown: ${first} ms at the first visit, then ${later.join(', ')} ms`,
    );
  } finally {
    await browser.close();
  }
}
