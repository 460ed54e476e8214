/** The query of a request: every value of every name, in the order of the URL. */
export type Query = Readonly<Record<string, readonly string[]>>;
