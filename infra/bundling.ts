import { OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** How esbuild makes one file of a function; a test holds the sizes that come of it. */
export const bundling = {
  format: OutputFormat.CJS,
  target: 'node24',
  minify: true,
  bundleAwsSDK: true,
  // A function has its credentials in its environment. What reads them from profiles and single
  // sign-on is only loaded where there are none, and weighs a tenth of a bundle.
  externalModules: ['sso', 'ini', 'process', 'web-identity'].map(
    (source) => `@aws-sdk/credential-provider-${source}`,
  ),
  // ES modules lose what is not used; the packages' CommonJS builds keep it.
  mainFields: ['module', 'main'],
};
