/** The forms of times in the answers of OpenStack's APIs. Each is made of a moment in Doctor's own form. */

/** Whole seconds with `Z`: Neutron's times, and Nova's `created` and `updated`. */
export const seconds = (moment: string): string => `${moment.slice(0, 19)}Z`;

/** Microseconds without `Z`: Nova's `launched_at`, a service's `updated_at`, and Masakari's times. */
export const microseconds = (moment: string): string => `${moment.slice(0, -1)}000`;

/** Microseconds with `Z`: the times of Keystone's tokens. */
export const microsecondsZ = (moment: string): string => `${moment.slice(0, -1)}000Z`;
