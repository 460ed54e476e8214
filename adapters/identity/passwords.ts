import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';

/**
 * The cost of a hash: 32 MiB and about 150 ms on a development machine.
 * Source: OWASP Password Storage Cheat Sheet, scrypt, "N=2^15 (32 MiB), r=8, p=3".
 */
const current = { ln: 15, r: 8, p: 3 } as const;
type Cost = { readonly ln: number; readonly r: number; readonly p: number };

const keyBytes = 32;
const maxmem = 64 * 2 ** 20;

const derive = (password: string, salt: Buffer, { ln, r, p }: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, keyBytes, { N: 2 ** ln, r, p, maxmem }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });

/** The hash of a password, with its salt and cost: `$scrypt$ln=15,r=8,p=3$<salt>$<key>`, in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, current);
  const { ln, r, p } = current;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64')}$${key.toString('base64')}`;
}

/** Whether a password has the hash. Without a hash the result is false, after the same time. */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const { cost, salt, key } = hash === undefined ? unknownHash : readHash(hash);
  const derived = await derive(password, salt, cost);
  return timingSafeEqual(derived, key) && hash !== undefined;
}

const unknownHash = { cost: current, salt: randomBytes(16), key: randomBytes(keyBytes) };

function readHash(hash: string): { cost: Cost; salt: Buffer; key: Buffer } {
  const found = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(hash);
  const [, ln, r, p, salt = '', key = ''] = found ?? [];
  const [saltBytes, storedKey] = [Buffer.from(salt, 'base64'), Buffer.from(key, 'base64')];
  if (storedKey.length !== keyBytes) {
    throw new DomainError('internal', 'a stored password hash is malformed');
  }
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  return { cost, salt: saltBytes, key: storedKey };
}
