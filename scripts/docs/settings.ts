/** `docs/reference/settings.md`. */
import { defaults } from '../../infra/settings.ts';
import { code, generatedFrom, page, table } from './markdown.ts';
import { settingTexts } from './setting-texts.ts';

const rows = (): string[][] =>
  Object.entries(defaults).map(([name, value]) => {
    const text: string | undefined = Object.entries(settingTexts).find(
      ([key]) => key === name,
    )?.[1];
    if (text === undefined) throw new Error(`scripts/docs/setting-texts.ts has no ${name}`);
    return [code(name), code(String(value)) || 'empty', text];
  });

/** The page. */
export const settingsPage = (): string =>
  page(
    '# Settings',
    generatedFrom('`infra/settings.ts` and the texts in `scripts/docs/setting-texts.ts`'),
    'Each setting can be given as CDK context under its name, in `cdk.json` or on the command line. A change takes effect with the next deployment. A value that is not allowed ends the deployment with an error that names the setting.',
    '<!-- not run: needs an AWS account -->\n```sh\nnpm run deploy -- -c regionName=eu-1 -c acceptAlarmsWithoutResourceId=false\n```',
    table(['setting', 'default', 'means'], rows()),
    '## Variables of the scripts',
    'The scripts of `package.json` read these variables of the environment:',
    table(
      ['variable', 'default', 'means'],
      [
        ['`DOCTOR_PORT`', '`4566`', 'The port of the embedded stack. If it is taken: a free one'],
        [
          '`DOCTOR_STATE_DIR`',
          '`.doctor`',
          'The directory in which a stack keeps its files and its data',
        ],
        ['`DOCTOR_PATIENCE_SECONDS`', '`60`', 'How long a stack may take to answer'],
        ['`LOCALSTACK_PORT`', '`4567`', 'The port of [LocalStack](../how-to/localstack.md)'],
      ],
    ),
  );
