import { OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** How esbuild makes one file of a function; a test holds the sizes that come of it. */
export const bundling = {
  format: OutputFormat.CJS,
  target: 'node24',
  minify: true,
  bundleAwsSDK: true,
  // ES modules lose what is not used; the packages' CommonJS builds keep it.
  mainFields: ['module', 'main'],
};
