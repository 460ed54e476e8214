/** The console as a person uses it: elements are found by their role and their name. */
import type { Page } from 'playwright-core';
import type { Account } from '../../scripts/stack/api.ts';

export type Console = ReturnType<typeof consoleOn>;

/** The console on a page that shows it. */
export function consoleOn(page: Page) {
  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
  const section = (title: string) => page.getByRole('region', { name: title, exact: true }).first();

  /** Presses a button that asks for confirmation, and confirms. */
  const confirm = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).click();
    const dialog = page.getByRole('dialog', { name });
    await dialog.getByRole('button', { name, exact: true }).click();
    const refusal = dialog.getByRole('alert');
    const refused = await Promise.race([
      dialog.waitFor({ state: 'hidden' }).then(() => ''),
      refusal.textContent().catch(() => ''),
    ]);
    if (refused) throw new Error(`${name} was refused: ${refused}`);
  };

  return {
    page,
    heading,
    section,
    confirm,
    loginForm: page.getByRole('button', { name: 'Log in' }),

    /** Fills the form in and waits for the first view. */
    logIn: async ({ username, password, project }: Account) => {
      await page.getByLabel('User').fill(username);
      await page.getByLabel('Password').fill(password);
      await page.getByLabel('Project').fill(project);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('navigation', { name: 'Views' }).waitFor();
    },

    /** Goes to a view by its link, without loading the page again. */
    go: async (link: string) => {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, link);
    },

    /** Goes to a view by the navigation, and waits for its heading. */
    visit: async (title: string) => {
      const views = page.getByRole('navigation', { name: 'Views' });
      await views.getByRole('link', { name: title, exact: true }).click();
      await heading(title).waitFor();
    },

    /** A host in the grid of *Now*, if it is in this state. */
    tile: (host: string, state: string) =>
      page.getByRole('link', { name: `${host}, ${state}`, exact: true }),

    /** The row of a table that has all of these texts. */
    row: (table: string, ...texts: readonly (string | RegExp)[]) =>
      texts.reduce(
        (rows, text) => rows.filter({ hasText: text }),
        page.getByRole('table', { name: table, exact: true }).getByRole('row'),
      ),

    /** The state beside the heading of a view. */
    state: (name: string, state: string) =>
      page.getByRole('main').locator(':has(> h1)', { hasText: name }).getByText(state),

    /** The times of the page's requests to the API from now on, in milliseconds of its clock. */
    requestTimes: () => {
      const times: number[] = [];
      page.on('request', (request) => {
        if (request.resourceType() === 'fetch') times.push(performance.now());
      });
      return times;
    },

    /** How often the page is loaded from now on. */
    countLoads: () => {
      let loads = 0;
      page.on('load', () => {
        loads += 1;
      });
      return () => loads;
    },
  };
}
