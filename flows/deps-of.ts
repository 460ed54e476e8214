/** What a flow needs from outside: its first parameter. */
export type DepsOf<Flow extends (deps: never, ...rest: never[]) => unknown> = Parameters<Flow>[0];
