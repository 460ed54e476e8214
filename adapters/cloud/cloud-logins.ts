/** The login that a session uses, and its renewal. */
import { CloudError } from './cloud-error.ts';
import type { CloudSecret } from './cloud-secret.ts';
import { type Connections, connections } from './exchange.ts';
import { type Login, logInToCloud } from './login.ts';

/** A token is renewed when it has less than this left, as keystoneauth does. */
const renewalMs = 120_000;
const timeoutMs = 10_000;
/** A secret that Keystone refuses is read again if it is older than this: it may have been replaced. */
const refusedSecretMs = 5_000;

/** What is known of the cloud after a login. */
export type Known = Login & { readonly secret: CloudSecret; readonly using: Connections };

type CloudLoginsDeps = {
  readonly secret: (maxAgeMs?: number) => Promise<CloudSecret>;
  readonly mostInFlight: number;
  readonly now: () => number;
};

/** The login that is in use. Callers that need a new one at the same time wait for the same one. */
export function makeCloudLogins({ secret, mostInFlight, now }: CloudLoginsDeps) {
  let known: Known | undefined;
  let running: Promise<Known> | undefined;

  const withSecret = async (read: CloudSecret): Promise<Known> => {
    const using =
      known && known.secret.ca === read.ca ? known.using : connections(mostInFlight, read.ca);
    return { ...(await logInToCloud(using, read, timeoutMs)), secret: read, using };
  };

  const fresh = async (): Promise<Known> => {
    const read = await secret();
    try {
      return await withSecret(read);
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind !== 'unauthorized') throw error;
      const again = await secret(refusedSecretMs);
      if (JSON.stringify(again) === JSON.stringify(read)) throw error;
      return withSecret(again);
    }
  };

  const renew = (): Promise<Known> => {
    running ??= fresh()
      .then((made) => {
        known = made;
        return made;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };

  return {
    current: async (): Promise<Known> => {
      if (known && now() < known.expires_at - renewalMs) return known;
      const old = known;
      return renew().catch((error: unknown) => {
        // The old token is good for a moment: a short outage of Keystone does not stop the work.
        if (old && now() < old.expires_at) return old;
        throw error;
      });
    },
    /** A login after a service refused the token of another one. */
    after: (refused: Known): Promise<Known> =>
      known && known !== refused ? Promise.resolve(known) : renew(),
  };
}
