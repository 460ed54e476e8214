/** The files of the console, and the headers that each is sent with. */
import { createHash } from 'node:crypto';

/** A file as it is sent. */
export type SiteFile = {
  readonly text: string;
  readonly type: string;
  /** A hash of the text, in quotes: the strong validator of RFC 9110, section 8.8.3. */
  readonly etag: string;
  readonly cacheControl: string;
};

/** The files by their paths from the console's address, such as `index.html`. */
export type Site = ReadonlyMap<string, SiteFile>;

/** The types of files that the build makes. All are text: the gateway would need a list of binary types. */
const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
};

/** A file that Vite named by its content never changes. */
const hashed = /^assets\/[^/]+-[\w-]{8}\.[a-z]+$/;

/** @throws if a file has a type that is not served: the build made something new. */
function fileOf(path: string, text: string): SiteFile {
  const type = types[path.slice(path.lastIndexOf('.') + 1)];
  if (type === undefined) throw new Error(`the console has a file of no known type: ${path}`);
  return {
    text,
    type,
    etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`,
    cacheControl: hashed.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
}

/** The site of the texts of all files, by path. @throws if one has an unknown type. */
export const siteOf = (texts: ReadonlyMap<string, string>): Site =>
  new Map([...texts].map(([path, text]) => [path, fileOf(path, text)]));
