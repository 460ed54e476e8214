import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import * as z from 'zod';
import { stageName } from '../../infra/stage.ts';
import { emulatorEnv, region, rootCredentials } from './ministack.ts';
import { prometheusPort } from './ports.ts';
import { Refusal } from './progress.ts';
import { lostBy, Template } from './replaced.ts';
import { bundlesFolder, sourcesHash } from './sources.ts';
import { outputsFile, root, stateDir } from './state.ts';

/** The folder of the assembly: what the CDK is about to deploy. */
const assembly = join(stateDir, 'cdk.out');

/** What `cdk deploy --outputs-file` writes. */
const Outputs = z.object({ Doctor: z.record(z.string(), z.string()) });

/** The settings that `DOCTOR_SETTINGS` gives, as `name=value` separated by spaces. */
const givenSettings = (): string[] =>
  (process.env.DOCTOR_SETTINGS ?? '').split(/\s+/).filter((setting) => setting !== '');

/** A hash of the sources and the settings. It changes whenever the assembly would change. */
export function assemblyHash(): string {
  const hash = createHash('sha256').update(sourcesHash(root));
  for (const setting of givenSettings()) hash.update('\0').update(setting);
  return hash.digest('hex');
}

/** The address of the API's stage on an emulator, the same on MiniStack and LocalStack. */
export const stageUrl = (endpoint: string): string =>
  `${endpoint}/restapis/doctor/${stageName}/_user_request_`;

/** The URL of the Prometheus that the alarms on an emulator query. */
export const prometheusUrl = (endpoint: string): string =>
  `http://127.0.0.1:${prometheusPort(Number(new URL(endpoint).port))}`;

/** The addresses of the machine itself, to which webhooks on an emulator may go beside public ones. */
export const loopback = '127.0.0.0/8,::1/128';

/**
 * The networks in which a container reaches the machine that it runs on: those of Docker and of
 * Docker Desktop.
 */
export const dockerHost = '172.16.0.0/12,192.168.65.0/24';

/** Runs the CDK for an emulator. @throws Refusal with the end of the CDK's output if it fails. */
async function cdk(endpoint: string, args: readonly string[]): Promise<void> {
  const bundlesHere = bundlesFolder(root);
  const child = spawn(join(root, 'node_modules/.bin/cdk'), args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...emulatorEnv(endpoint),
      CDK_DISABLE_VERSION_CHECK: '1',
      CI: 'true',
      DOCTOR_BUNDLES: bundlesHere,
    },
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data));
  const code = await new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', done);
  });
  // Bundles that were made of other sources, because a file was changed meanwhile, are not kept.
  if (bundlesFolder(root) !== bundlesHere) rmSync(bundlesHere, { recursive: true, force: true });
  if (code === 0) return;
  const text = Buffer.concat(output).toString().trim();
  throw new Refusal(
    `cdk ${args[0]} ended with ${code}:\n\n${text.split('\n').slice(-40).join('\n')}`,
  );
}

/** Checks a deployment to a stack that keeps its data. @throws Refusal if it would delete data. */
async function checkNothingIsLost(endpoint: string): Promise<void> {
  const credentials = rootCredentials;
  const client = new CloudFormationClient({ endpoint, region, credentials });
  const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName: 'Doctor' }));
  const after = readFileSync(join(assembly, 'Doctor.template.json'), 'utf8');
  const lost = lostBy(Template.parse(JSON.parse(TemplateBody)), Template.parse(JSON.parse(after)));
  if (lost.length === 0) return;
  throw new Refusal(
    `The code that you have would delete, if it were deployed:\n  ${lost.join('\n  ')}\n` +
      'Nothing was changed. Go back to the code that was deployed, or delete all data with\n' +
      '"npm run down -- --discard".',
  );
}

/** The options of a deployment to an emulator. */
type Deployment = {
  /** True if the stack keeps its data. Then the deployment is checked before anything changes. */
  readonly over?: boolean;
  /** The ranges of addresses that webhooks may go to beside public ones. */
  readonly webhookAllowedRanges?: string;
};

/** `cdk deploy` to an emulator. @returns the outputs of the stack. */
export async function deploy(
  endpoint: string,
  { over = false, webhookAllowedRanges = loopback }: Deployment = {},
): Promise<Record<string, string>> {
  const bucket = await fetch(`${endpoint.replace('localhost', '127.0.0.1')}/doctor-assets`, {
    method: 'PUT',
  });
  // 403 and 409: the bucket exists already.
  if (!bucket.ok && bucket.status !== 403 && bucket.status !== 409) {
    throw new Error(`no bucket for the assets: ${bucket.status} ${await bucket.text()}`);
  }
  mkdirSync(stateDir, { recursive: true });
  const app = [
    ...['--context', 'target=emulator', '--context', `publicUrl=${stageUrl(endpoint)}`],
    ...['--context', `webhookAllowedRanges=${webhookAllowedRanges}`],
    // The emulator handles one request at a time, so many concurrent writes of alarms would delay
    // faults.
    ...['--context', 'timeoutConcurrency=2'],
    ...['--context', `prometheusUrl=${prometheusUrl(endpoint)}`],
    ...givenSettings().flatMap((setting) => ['--context', setting]),
    ...['--output', assembly],
  ];
  if (over) {
    await cdk(endpoint, ['synth', 'Doctor', '--quiet', '--no-color', ...app]);
    await checkNothingIsLost(endpoint);
  }
  await cdk(endpoint, [
    ...['deploy', 'Doctor', '--require-approval', 'never', '--method', 'direct'],
    ...(over ? ['--app', assembly] : app),
    ...['--outputs-file', outputsFile, '--progress', 'events', '--no-color'],
  ]);
  const outputs = Outputs.parse(JSON.parse(readFileSync(outputsFile, 'utf8')));
  // The template's own ApiUrl is an AWS address; clients of an emulator use the path form.
  return { ...outputs.Doctor, ApiUrl: stageUrl(endpoint) };
}
