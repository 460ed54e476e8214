/** Bodies with the recorded shapes, in `samples/`, and helpers that read observations. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Observation, ReportItem } from '../../../domain/conditions/observation.ts';
import { AlertMapping } from '../../../functions/monitors/alert-mapping.ts';
import {
  AlertmanagerWebhook,
  type AlertmanagerWebhook as Webhook,
} from '../../../functions/monitors/alertmanager.ts';
import type { AlertReading } from '../../../functions/monitors/observe-alert.ts';

/** The JSON of a sample, by its name without `.json`. */
export const alertSample = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, `samples/${name}.json`), 'utf8'));

export const webhookSample = (name: string): Webhook =>
  AlertmanagerWebhook.parse(alertSample(`alertmanager-${name}`));

export const alertsSample = (name: string): unknown[] =>
  z.array(z.unknown()).parse(alertSample(name));

/** How to read the alerts of a source with these rules, sent to a URL with this type. */
export const reading = (mapping: unknown = {}, type?: string): AlertReading => ({
  mapping: AlertMapping.parse(mapping),
  type,
});

/** The observations among the items. */
export const observations = (items: readonly ReportItem[]): Observation[] =>
  items.flatMap((item) => (item.kind === 'observation' ? [item.observation] : []));

/** The reasons of the other items. */
export const reasons = (items: readonly ReportItem[]): string[] =>
  items.flatMap((item) => (item.kind === 'unmatched' ? [item.reason] : []));
