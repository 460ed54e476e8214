/** A browser for the tests of a file, and the errors of its pages. */
import { type BrowserContextOptions, chromium } from 'playwright-core';
import { findChromium } from '../../scripts/console/chromium.ts';
import { readAccount, type Tenant } from '../../scripts/stack/accounts.ts';
import { apiUrl } from '../stack/stack.ts';
import { consoleOn } from './page.ts';

/** How long something may take to appear. It is generous, because the machine may have other work. */
const patienceMs = 20_000;

export type Browsing = Awaited<ReturnType<typeof openBrowser>>;

/** Starts the browser; the file that opens it closes it. */
export async function openBrowser() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? findChromium(),
    // Chromium refuses to run as root with its sandbox.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const complaints: string[] = [];

  /** The console in a new session, before the login. */
  const open = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) complaints.push(message.text());
    });
    await page.goto(`${apiUrl()}/console/`);
    return consoleOn(page);
  };

  return {
    open,
    /** The console as a user sees it after the login. */
    openAs: async (who: 'admin' | Tenant, options?: BrowserContextOptions) => {
      const opened = await open(options);
      await opened.logIn(readAccount(who));
      return opened;
    },
    /**
     * Errors of scripts, and what the page's content security policy refused; empty if there were
     * none.
     */
    complaints: (): readonly string[] => complaints,
    close: () => browser.close(),
  };
}
