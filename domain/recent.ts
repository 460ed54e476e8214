/**
 * A map of a bounded number of entries, which forgets the one that was used longest ago. Our own, not
 * the library lru-cache, because that adds 19 kB to the bundle of most functions (ADR 0034).
 */
export type Recent<Value> = {
  /** The value of a key; undefined if there is none or it was forgotten. */
  readonly get: (key: string) => Value | undefined;
  readonly set: (key: string, value: Value) => void;
  readonly delete: (key: string) => void;
};

/** An empty map that holds `most` entries. */
export function recent<Value>(most: number): Recent<Value> {
  // A Map keeps the order in which its keys were set.
  const entries = new Map<string, Value>();
  const set = (key: string, value: Value): void => {
    entries.delete(key);
    entries.set(key, value);
    const [oldest] = entries.keys();
    if (entries.size > most && oldest !== undefined) entries.delete(oldest);
  };
  return {
    get: (key) => {
      const value = entries.get(key);
      if (value !== undefined) set(key, value);
      return value;
    },
    set,
    delete: (key) => {
      entries.delete(key);
    },
  };
}
