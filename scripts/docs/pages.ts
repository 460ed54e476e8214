/** The pages of `docs/reference/`, as the code gives them. */
import { commandLinePage } from './command-line.ts';
import { routesPage } from './routes.ts';
import { settingsPage } from './settings.ts';

/** The text of each page, by its path from the repository's root. */
export const referencePages = async (): Promise<ReadonlyMap<string, string>> =>
  new Map([
    ['docs/reference/routes.md', routesPage()],
    ['docs/reference/settings.md', settingsPage()],
    ['docs/reference/command-line.md', await commandLinePage()],
  ]);
