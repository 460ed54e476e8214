import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';

type Cost = { readonly ln: number; readonly r: number; readonly p: number };

/** Keystone's word for the logarithm of N. With 15, a hash takes 32 MiB, and 150 ms of a development machine. */
const usualRounds = 15;

/** Source: OWASP Password Storage Cheat Sheet, scrypt, "N=2^15 (32 MiB), r=8, p=3". */
const costOf = (rounds: number): Cost => ({ ln: rounds, r: 8, p: 3 });

const keyBytes = 32;
/** Twice what scrypt needs, as Node's own default is. */
const memoryOf = ({ ln, r }: Cost): number => 2 * 128 * 2 ** ln * r;

const derive = (password: string, salt: Buffer, cost: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { ln, r, p } = cost;
    const maxmem = memoryOf(cost);
    scrypt(password, salt, keyBytes, { N: 2 ** ln, r, p, maxmem }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });

/** The hash of a password, with its salt and cost: `$scrypt$ln=15,r=8,p=3$<salt>$<key>`, in base64. */
export async function hashPassword(password: string, rounds = usualRounds): Promise<string> {
  const salt = randomBytes(16);
  const cost = costOf(rounds);
  const key = await derive(password, salt, cost);
  const { ln, r, p } = cost;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64')}$${key.toString('base64')}`;
}

/**
 * Whether a password has the hash. Without a hash the result is false, after the time that a hash of
 * these rounds takes.
 */
export async function isPassword(
  password: string,
  hash: string | undefined,
  rounds = usualRounds,
): Promise<boolean> {
  const { cost, salt, key } = hash === undefined ? unknownHash(rounds) : readHash(hash);
  const derived = await derive(password, salt, cost);
  return timingSafeEqual(derived, key) && hash !== undefined;
}

const unknownHash = (rounds: number) => ({
  cost: costOf(rounds),
  salt: randomBytes(16),
  key: randomBytes(keyBytes),
});

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
