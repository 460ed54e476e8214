import * as z from 'zod';
import type { Stack } from '../stack/bring-up.ts';
import { region, rootCredentials } from '../stack/ministack.ts';
import { Refusal } from '../stack/progress.ts';
import type { Program } from './program.ts';

/** What `os-services` does to the servers of a host that it forces down. */
export type Setting = Program['instancesOnForceDown'];

const Configuration = z.object({
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
});

/** The caller. The emulator reads only the account, and does not check the signature. */
const authorization = `AWS4-HMAC-SHA256 Credential=${rootCredentials.accessKeyId}/20260101/${region}/lambda/aws4_request, SignedHeaders=host, Signature=none`;

async function lambda(url: string, init: { method: string; body?: string }): Promise<unknown> {
  const answer = await fetch(url, { ...init, headers: { authorization } });
  if (!answer.ok) throw new Refusal(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Changes the setting `instancesOnForceDown` of a running stack for one run, without a deployment. */
export async function change(stack: Stack, setting: Setting): Promise<void> {
  const name = stack.outputs.HostReportsFunctionName;
  const url = `${stack.endpoint}/2015-03-31/functions/${name}/configuration`;
  const { Variables } = Configuration.parse(await lambda(url, { method: 'GET' })).Environment;
  if (Variables.INSTANCES_ON_FORCE_DOWN === setting) return;
  const changed = { ...Variables, INSTANCES_ON_FORCE_DOWN: setting };
  const body = JSON.stringify({ Environment: { Variables: changed } });
  await lambda(url, { method: 'PUT', body });
}
