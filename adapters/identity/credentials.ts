/**
 * The table `credentials`: application credentials, keyed by their user's incarnation and their name.
 * Each has a row in `validity` too, by its id; tokens are checked against that row.
 */
import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { StoredCredential } from '../../domain/identity/application-credential.ts';
import { ifUnchanged, queryPages, type Row } from '../dynamodb.ts';
import { credentialRowId } from './validity.ts';

/** The user of a credential, and the user's incarnation at its creation. */
export type CredentialOwner = { readonly user_id: string; readonly incarnation: string };

const ownerKey = ({ user_id, incarnation }: CredentialOwner): string => `${user_id}/${incarnation}`;

const Pointer = z.object({ user_id: z.string(), incarnation: z.string(), name: z.string() });

export type CredentialStore = {
  /** The credential with an id; undefined if there is none. */
  readonly byId: (id: string) => Promise<StoredCredential | undefined>;
  /** The owner's credential of that name; undefined if there is none. */
  readonly byName: (owner: CredentialOwner, name: string) => Promise<StoredCredential | undefined>;
  /** All of an owner's credentials, by name. */
  readonly of: (owner: CredentialOwner) => Promise<StoredCredential[]>;
  /** Stores a credential; false if its user has one of that name. */
  readonly add: (credential: StoredCredential) => Promise<boolean>;
  /** Deletes a credential, and ends its tokens; false if it no longer exists. */
  readonly remove: (credential: StoredCredential) => Promise<boolean>;
};

/** The row of `validity` that tokens of the credential are checked against. */
const validityRow = (credential: StoredCredential): Row => {
  const { id, name, user_id, incarnation, unrestricted, access_rules } = credential;
  return { id: credentialRowId(id), name, user_id, incarnation, unrestricted, access_rules };
};

type Tables = { readonly credentials: string; readonly validity: string };

/** All of an owner's credentials, by name. */
async function credentialsOf(
  dynamo: DynamoDBDocumentClient,
  TableName: string,
  owner: CredentialOwner,
): Promise<StoredCredential[]> {
  const query = {
    TableName,
    ConsistentRead: true,
    KeyConditionExpression: '#owner = :owner',
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: { ':owner': ownerKey(owner) },
  };
  const found: StoredCredential[] = [];
  for await (const page of queryPages(dynamo, query)) {
    found.push(...page.map((row) => StoredCredential.parse(row)));
  }
  return found;
}

/** The store of credentials. Every read is consistent. */
export function credentialStore(dynamo: DynamoDBDocumentClient, tables: Tables): CredentialStore {
  const get = async (TableName: string, Key: Row): Promise<Row | undefined> =>
    (await dynamo.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;

  const byName: CredentialStore['byName'] = async (owner, name) => {
    const row = await get(tables.credentials, { owner: ownerKey(owner), name });
    return row && StoredCredential.parse(row);
  };

  const write = (...items: NonNullable<TransactWriteCommand['input']['TransactItems']>) =>
    ifUnchanged(dynamo.send(new TransactWriteCommand({ TransactItems: items })));

  return {
    byName,
    byId: async (id) => {
      const row = await get(tables.validity, { id: credentialRowId(id) });
      if (!row) return undefined;
      const pointer = Pointer.parse(row);
      const found = await byName(pointer, pointer.name);
      return found?.id === id ? found : undefined;
    },
    of: (owner) => credentialsOf(dynamo, tables.credentials, owner),
    add: (credential) =>
      write(
        {
          Put: {
            TableName: tables.credentials,
            Item: { ...credential, owner: ownerKey(credential) },
            ConditionExpression: 'attribute_not_exists(#owner)',
            ExpressionAttributeNames: { '#owner': 'owner' },
          },
        },
        { Put: { TableName: tables.validity, Item: validityRow(credential) } },
      ),
    remove: (credential) =>
      write(
        {
          Delete: {
            TableName: tables.credentials,
            Key: { owner: ownerKey(credential), name: credential.name },
            ConditionExpression: 'id = :id',
            ExpressionAttributeValues: { ':id': credential.id },
          },
        },
        { Delete: { TableName: tables.validity, Key: { id: credentialRowId(credential.id) } } },
      ),
  };
}
