/** JSON files that the bundler puts beside a function's bundle (`files` in `infra/bundling.ts`). */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';

const JsonObject = z.record(z.string(), z.unknown());

/** Reads the file when it is first asked for, and keeps what it read. @throws if it is not there. */
export function jsonBesideBundle(
  name: string,
  folder: string = dirname(import.meta.filename),
): () => Promise<Readonly<Record<string, unknown>>> {
  let read: Promise<Readonly<Record<string, unknown>>> | undefined;
  return () => {
    read ??= readFile(join(folder, name), 'utf8').then((text) =>
      JsonObject.parse(JSON.parse(text)),
    );
    return read;
  };
}
