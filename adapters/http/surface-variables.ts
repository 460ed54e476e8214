/** What the environment says about an API surface. */
import { list, optionalText } from '../env.ts';
import type { Surface } from './surface.ts';

/** The variables of a function that serves an API surface. */
export const surfaceVariables = { PUBLIC_URL: optionalText, CORS_ALLOWED_ORIGINS: list };

/** The address and the allowed origins of a surface. */
export const addressOf = (env: {
  readonly PUBLIC_URL: string;
  readonly CORS_ALLOWED_ORIGINS: readonly string[];
}): Pick<Surface, 'publicUrl' | 'allowedOrigins'> => ({
  publicUrl: env.PUBLIC_URL,
  allowedOrigins: env.CORS_ALLOWED_ORIGINS,
});
