/** The unmodified `openstack` command line; the process behind it ends with the test's. */
import { openShells, type Shells, type Who } from './shells.ts';

let opened: Shells | undefined;
const shells = (): Shells => {
  opened ??= openShells();
  return opened;
};

/**
 * Runs `openstack` as a user, with the file of the stack that they would source. Gives what it
 * prints; throws what it complains of.
 */
export const openstack = (who: Who, ...args: readonly string[]): Promise<string> =>
  shells().openstack(who, ...args);

/** The same for commands that show a thing or a list of things. */
export const shown = (who: Who, ...args: readonly string[]): Promise<unknown> =>
  shells().shown(who, ...args);
