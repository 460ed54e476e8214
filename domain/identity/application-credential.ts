/**
 * Application credentials: a secret with which a program is a user in one project, with some of the
 * user's roles. A credential belongs to one incarnation of its user, so it ends when the user is
 * disabled or deleted. Source: keystone `application_credential/core.py`.
 */
import * as z from 'zod';
import { AccessRule } from './access-rule.ts';
import { Project } from './identity.ts';

/** The facts that each request with a token of the credential is checked against. */
export const CredentialFacts = z.object({
  id: z.string(),
  name: z.string(),
  /** A restricted credential's token may not create or delete application credentials. */
  unrestricted: z.boolean(),
  /** Absent: no rules. Never empty. */
  access_rules: z.array(AccessRule).optional(),
});
export type CredentialFacts = z.infer<typeof CredentialFacts>;

/** A credential without its secret. */
export const Credential = CredentialFacts.extend({
  user_id: z.string(),
  /** The user's incarnation at its creation. */
  incarnation: z.string(),
  project: Project,
  /** Implied roles included. */
  roles: z.array(z.string()),
  description: z.string().nullable(),
  /** The second since 1970 at which it ends; absent: never. */
  ends_at: z.int().optional(),
});
export type Credential = z.infer<typeof Credential>;

/** A credential as it is stored. */
export const StoredCredential = Credential.extend({ secret_hash: z.string() });
export type StoredCredential = z.infer<typeof StoredCredential>;

/** How a login names a credential: by its id, or by its name and its user. */
export type CredentialReference =
  | { readonly id: string }
  /** The user id is undefined if the login names another domain than `Default`. */
  | { readonly user_id: string | undefined; readonly name: string };
