/**
 * The SDK's default credentials in the bundles (`infra/bundling.ts`): those in the environment, which
 * Lambda sets.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
