import type { Logger } from '@aws-lambda-powertools/logger';
import { textsBesideBundle } from '../../adapters/beside-bundle.ts';
import { type Env, environment, optionalText, readEnv } from '../../adapters/env.ts';
import { consoleSite } from './handler.ts';
import { siteOf } from './site.ts';

/** The variables that `infra/console.ts` sets. */
export const Environment = environment({ PUBLIC_URL: optionalText });

/** The files that lie in the folder `site` beside the bundle; read with the first request. */
export function connect(variables: Env, logger: Logger) {
  const { PUBLIC_URL: publicUrl } = readEnv(Environment, variables);
  const texts = textsBesideBundle('site');
  return consoleSite({
    site: async () => siteOf(await texts()),
    publicUrl,
    log: (request) => logger.info('request', request),
  });
}
