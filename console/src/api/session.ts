/** The user who is logged in. The token is only in memory, so it is gone when the page is closed. */
import { computed, signal } from '@preact/signals';

export type Session = {
  readonly token: string;
  readonly expiresAt: string;
  readonly user: string;
  readonly userId: string;
  readonly project: string;
  readonly projectId: string;
  readonly roles: readonly string[];
};

/** The session; undefined before the login and after its end. */
export const session = signal<Session | undefined>(undefined);

/** The message that says why the API ended the last session; empty if it did not. */
export const endedBecause = signal('');

/** Operators see hosts and conditions; tenants see what belongs to their project. */
export const isOperator = computed(() => session.value?.roles.includes('admin') ?? false);

/** Whether the roles allow changes. */
export const mayChange = computed(
  () => session.value?.roles.some((role) => role === 'admin' || role === 'member') ?? false,
);

export function endSession(reason = ''): void {
  session.value = undefined;
  endedBecause.value = reason;
}
