import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';

const root = join(import.meta.dirname, '..');

/**
 * The bundle of a function. A child process makes it, because esbuild's plugins are asynchronous
 * and the CDK does not wait for promises. Stacks for which the CDK bundles nothing, as in tests,
 * get no bundle.
 */
export const functionCode = (name: string): Code =>
  Code.fromAsset(root, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Required by the CDK, and never used: the bundle is made on this machine, or the command
      // fails.
      image: DockerImage.fromRegistry('dummy'),
      // Different for each function: the CDK reuses a bundle if folder and command are equal.
      command: [name],
      local: {
        tryBundle: (folder) => {
          const script = join(root, 'infra/bundle-function.ts');
          execFileSync(process.execPath, [script, name, folder], { stdio: ['ignore', 2, 2] });
          return true;
        },
      },
    },
  });
