/**
 * The table `validity`: what ends a token before it expires. Rows `chain#<audit id>` are revoked chains
 * of tokens, `user#<id>` users that changed recently, `credential#<id>` existing application credentials.
 */
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { CredentialFacts } from '../../domain/identity/application-credential.ts';
import { type Grant, tokenLifeSeconds } from '../../domain/identity/identity.ts';
import { chainOf, type TokenFacts } from '../../domain/identity/validity.ts';
import { getAll } from '../dynamodb.ts';

/** In seconds: longer than a token is valid, and than a function remembers a credential. */
const rowLifeSeconds = tokenLifeSeconds + 600;

const Row = z.object({ id: z.string() });
const UserRow = Row.extend({ generation: z.string().nullable() });

const chainId = (audit_id: string): string => `chain#${audit_id}`;
const userId = (user_id: string): string => `user#${user_id}`;
/** The key of a credential's row. */
export const credentialRowId = (credential_id: string): string => `credential#${credential_id}`;

/** The row with the generation that a user's tokens must have; null for a deleted user. */
export const userValidity = (user_id: string, generation: string | null, now: number) => ({
  id: userId(user_id),
  generation,
  expires_at: now + rowLifeSeconds,
});

export type Validity = {
  /** The facts on a token; one consistent read by keys. */
  readonly factsOf: (grant: Grant) => Promise<TokenFacts>;
  /** Revokes all tokens of a token's chain. */
  readonly revoke: (grant: Grant) => Promise<void>;
};

export const validityStore = (dynamo: DynamoDBDocumentClient, table: string): Validity => ({
  factsOf: async (grant) => {
    const { user, credential_id } = grant;
    const chain = chainOf(grant);
    const ids = [
      userId(user.id),
      ...(chain ? [chainId(chain)] : []),
      ...(credential_id === undefined ? [] : [credentialRowId(credential_id)]),
    ];
    const rows = await getAll(
      dynamo,
      table,
      ids.map((id) => ({ id })),
    );
    const found = new Map(rows.map((row) => [Row.parse(row).id, row]));
    const changed = found.get(userId(user.id));
    const credential =
      credential_id === undefined ? undefined : found.get(credentialRowId(credential_id));
    return {
      revoked: found.has(chainId(chain)),
      ...(changed && { generation: UserRow.parse(changed).generation }),
      ...(credential && {
        credential: CredentialFacts.parse({ ...credential, id: credential_id }),
      }),
    };
  },
  revoke: async (grant) => {
    const Item = { id: chainId(chainOf(grant)), expires_at: grant.expires_at + 60 };
    await dynamo.send(new PutCommand({ TableName: table, Item }));
  },
});
