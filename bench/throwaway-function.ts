import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { bundling } from '../infra/bundling.ts';
import { root } from '../scripts/stack/state.ts';

const { target, minify, external, mainFields, define, alias } = bundling;

/**
 * A function of a temporary stack, bundled as Doctor's functions are, into one file.
 * @param entry The file that exports `handler`.
 */
export const throwawayFunction = (
  stack: Stack,
  name: string,
  entry: string,
  environment: Record<string, string>,
): NodejsFunction =>
  new NodejsFunction(stack, name, {
    entry,
    projectRoot: root,
    depsLockFilePath: join(root, 'package-lock.json'),
    runtime: Runtime.NODEJS_24_X,
    memorySize: 1024,
    environment,
    bundling: {
      ...{ target, minify, mainFields, define },
      format: OutputFormat.CJS,
      bundleAwsSDK: true,
      externalModules: external,
      esbuildArgs: { '--alias': Object.entries(alias).map(([from, to]) => `${from}=${to}`) },
    },
  });
