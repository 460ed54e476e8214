import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Messaging } from './messaging.ts';
import type { Secrets } from './secrets.ts';
import type { ServiceSettings } from './settings.ts';
import type { Tables } from './tables.ts';

/** What every capability is wired from. */
export interface Wiring {
  readonly tables: Tables;
  readonly messaging: Messaging;
  readonly secrets: Secrets;
  readonly settings: ServiceSettings;
}

/** A construct that holds one function and all that it needs. */
export interface Capability {
  readonly function: IFunction;
}
