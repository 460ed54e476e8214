/** What the bundler puts beside a function's bundle (`files` and `built` in `infra/bundling.ts`). */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import * as z from 'zod';

const JsonObject = z.record(z.string(), z.unknown());

/** A JSON file. Reads it when it is first asked for, and keeps what it read. @throws if it is not there. */
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

/**
 * All files of a folder as texts, by their paths from it with `/`. Reads them when they are first asked
 * for, and keeps what it read. @throws if the folder is not there.
 */
export function textsBesideBundle(
  name: string,
  beside: string = dirname(import.meta.filename),
): () => Promise<ReadonlyMap<string, string>> {
  let read: Promise<ReadonlyMap<string, string>> | undefined;
  return () => {
    read ??= textsIn(join(beside, name));
    return read;
  };
}

async function textsIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Map(
    await Promise.all(
      files.map(async ({ parentPath, name }) => {
        const file = join(parentPath, name);
        const path = relative(folder, file).replaceAll(sep, '/');
        return [path, await readFile(file, 'utf8')] as const;
      }),
    ),
  );
}
