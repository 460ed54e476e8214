/** A request to the cloud that changes something, as a flow sees its answer. */
import { type CloudAnswer, reasonOf } from '../../domain/cloud/cloud-answer.ts';
import { CloudError } from './cloud-error.ts';

/** The status of a request that certainly did not reach the service. */
const unreached = 503;

/**
 * Sends a request and sorts its answer. A request that certainly was not carried out is `refused`,
 * also without a connection: then its status is 503.
 * @throws any error that is not the cloud's.
 */
export async function answerOf(request: Promise<unknown>): Promise<CloudAnswer> {
  try {
    await request;
    return { kind: 'accepted' };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const reason = reasonOf(error);
    if (error.uncertain) return { kind: 'unknown', reason };
    return { kind: 'refused', status: error.status ?? unreached, reason };
  }
}

/** The answer to a read; undefined for a 404. @throws CloudError for any other refusal. */
export async function ifFound<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof CloudError && error.kind === 'not_found') return undefined;
    throw error;
  }
}
