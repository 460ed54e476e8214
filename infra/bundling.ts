import { OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** How esbuild bundles a function into one file. test/infra/bundles.test.ts limits the sizes. */
export const bundling = {
  format: OutputFormat.CJS,
  target: 'node24',
  minify: true,
  bundleAwsSDK: true,
  // A function has its credentials in its environment. These providers read profiles and single
  // sign-on; the SDK loads them only without such credentials. They are a tenth of a bundle.
  externalModules: ['sso', 'ini', 'process', 'web-identity'].map(
    (source) => `@aws-sdk/credential-provider-${source}`,
  ),
  // Unused exports of ES modules are left out of the bundle; those of CommonJS builds are not.
  mainFields: ['module', 'main'],
};
