/**
 * An alert as Prometheus, Alertmanager and collectd describe one: labels that identify it, annotations
 * for people, and its times. Format: docs/wire/monitors.md#alerts.
 */
import * as z from 'zod';
import { parseMoment } from '../../domain/time.ts';

/** The labels of an alert. A label with an empty value is left out: Prometheus treats it as absent. */
export type Labels = ReadonlyMap<string, string>;

/** An alert whose state is known, whatever program sent it. */
export type Alert = {
  /** The key of its condition: the same for every raise, renewal and clear. */
  readonly key: string;
  readonly status: 'raised' | 'cleared';
  readonly labels: Labels;
  /** A sentence for people; empty if there is none. */
  readonly cause: string;
  /** The time of the change by the sender's clock, as it was sent; null if there is none. */
  readonly observed_at: string | null;
  /** The alert as it was sent. */
  readonly item: unknown;
};

/** Reads labels. Every value is a text. */
export const AlertLabels = z
  .record(z.string(), z.string())
  .transform((labels): Labels => new Map(Object.entries(labels).filter(([, value]) => value)));

/** Reads annotations: values of any type, and none at all. */
export const Annotations = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((annotations) => annotations ?? {});

/** The sentence for people: the summary, else the description, else the name of the alert. */
export function causeOf(labels: Labels, annotations: Readonly<Record<string, unknown>>): string {
  const sentences = [annotations.summary, annotations.description, labels.get('alertname')];
  const sentence = sentences.find((each) => typeof each === 'string' && each !== '');
  return typeof sentence === 'string' ? sentence : '';
}

/** Go's zero time, as a moment: the time is not set. */
const notSet = '0001-01-01T00:00:00.000Z';

/**
 * The time of an alert as a moment, cut to milliseconds; undefined if it is not set.
 * @returns 'malformed' if the text is not a time.
 */
export function momentOfAlert(time: string | null | undefined): string | undefined | 'malformed' {
  if (time === null || time === undefined || time === '') return undefined;
  const moment = parseMoment(time) ?? 'malformed';
  return moment === notSet ? undefined : moment;
}

/** The first of the times that is set and not malformed, as it was sent; null if there is none. */
export function firstTime(...times: readonly (string | null | undefined)[]): string | null {
  const set = times.find((time) => {
    const moment = momentOfAlert(time);
    return moment !== undefined && moment !== 'malformed';
  });
  return set ?? null;
}
