import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Messaging } from './messaging.ts';
import type { Secrets } from './secrets.ts';
import type { ServiceSettings } from './settings.ts';
import type { Tables } from './tables.ts';

/** What the constructs of all capabilities share. */
export interface Wiring {
  readonly tables: Tables;
  readonly messaging: Messaging;
  readonly secrets: Secrets;
  readonly settings: ServiceSettings;
}

/** A construct with one function, its environment, event sources and grants. */
export interface Capability {
  readonly function: IFunction;
}
