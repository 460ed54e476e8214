/**
 * The pages of `docs/reference/`, the console's types of answers, and the generated parts of
 * docs/performance.md.
 */
import { commandLinePage } from './command-line.ts';
import { consoleAnswers } from './console/answers.ts';
import { openApiPage } from './openapi/document.ts';
import { performancePages } from './performance/page.ts';
import { routesPage } from './routes.ts';
import { settingsPage } from './settings.ts';

/** The text of each page, by its path from the repository's root. */
export const referencePages = async (): Promise<ReadonlyMap<string, string>> =>
  new Map([
    ['docs/reference/routes.md', routesPage()],
    ['docs/reference/settings.md', settingsPage()],
    ['docs/reference/openapi.json', openApiPage()],
    ...(await consoleAnswers(openApiPage())),
    ['docs/reference/command-line.md', await commandLinePage()],
    ...(await performancePages()),
  ]);
