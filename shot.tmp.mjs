import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
const pw = /OS_PASSWORD='(.*)'/.exec(readFileSync('/work/wt-page/.doctor/openrc','utf8'))[1];
const base = process.env.BASE ?? 'http://127.0.0.1:5180/console/';
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const ctx = await b.newContext({ viewport: { width: Number(process.env.W ?? 1280), height: 800 }, colorScheme: process.env.SCHEME ?? 'light' });
const p = await ctx.newPage();
p.on('console', (m) => { if (m.type() === 'error') console.log('console', m.text().slice(0, 200)); });
p.on('pageerror', (e) => console.log('pageerror', e.message, e.stack?.slice(0,300)));
await p.goto(base);
await p.getByLabel('User').fill(process.env.U ?? 'admin'); await p.getByLabel('Password').fill(process.env.P ?? pw);
await p.getByLabel('Project').fill(process.env.PROJ ?? 'admin');
if (process.env.LOGIN) await p.screenshot({ path: '/tmp/shots/login.png' });
await p.getByRole('button', { name: 'Log in' }).click();
await p.getByRole('navigation').waitFor();
for (const v of process.argv.slice(2)) {
  await p.evaluate((h) => { location.hash = h; }, '#/' + v);
  await p.waitForTimeout(1200);
  const name = (v || 'first').replaceAll(/[^a-z0-9]/gi, '-').slice(0, 30);
  await p.screenshot({ path: `/tmp/shots/${name}.png` });
}
await b.close();
