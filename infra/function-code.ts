import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';

const root = join(import.meta.dirname, '..');

/**
 * Makes the bundle of a function in a folder, or copies the one that is kept. `DOCTOR_BUNDLES` is the folder
 * of the bundles of these sources, by function, so that they are made once for several deployments. Only
 * deployments to an emulator set it (`scripts/stack/deploy.ts`).
 */
export function makeBundle(name: string, folder: string): void {
  const kept = process.env.DOCTOR_BUNDLES;
  const own = kept === undefined ? undefined : join(kept, name);
  if (own !== undefined && existsSync(own)) {
    cpSync(own, folder, { recursive: true });
    return;
  }
  const script = join(root, 'infra/bundle-function.ts');
  execFileSync(process.execPath, [script, name, folder], { stdio: ['ignore', 2, 2] });
  if (own === undefined) return;
  const copy = `${own}.${process.pid}`;
  cpSync(folder, copy, { recursive: true });
  try {
    renameSync(copy, own);
  } catch (error) {
    rmSync(copy, { recursive: true, force: true });
    // Another deployment may have been faster.
    if (!existsSync(own)) throw error;
  }
}

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
          makeBundle(name, folder);
          return true;
        },
      },
    },
  });
