/** The unmodified `openstack` command line; the process behind it ends with the test's. */
import { openShells, type Shells, type Who } from './shells.ts';

let opened: Shells | undefined;
const shells = (): Shells => {
  opened ??= openShells();
  return opened;
};

/**
 * Runs `openstack` as a user, with the file of the stack that a user would source. Returns its
 * output. @throws Error with its error message.
 */
export const openstack = (who: Who, ...args: readonly string[]): Promise<string> =>
  shells().openstack(who, ...args);

/**
 * Runs `openstack` with JSON as the format, for commands that show a thing or a list. Returns the
 * parsed output.
 */
export const shown = (who: Who, ...args: readonly string[]): Promise<unknown> =>
  shells().shown(who, ...args);
