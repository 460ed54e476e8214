/** Parses the rule of an alarm of type `prometheus`: docs/wire/alarming.md#prometheus-and-composite. */
import * as z from 'zod';
import { operators } from '../../domain/alarms/alarm.ts';
import type { PrometheusRule } from '../../domain/alarms/periodic-alarm.ts';
import { readAs, wsmeChoice, wsmeText } from './wsme.ts';

/** A number, or a text that Python's `float` takes. Not one without a value in JSON, such as `inf`. */
const Threshold = z.preprocess(
  (given) => (typeof given === 'number' ? String(given) : given),
  z
    .string('A number is expected.')
    .max(100, 'Must be at most 100 characters long.')
    .refine((given) => given.trim() !== '' && Number.isFinite(Number(given)), {
      error: 'could not convert string to float',
    })
    .transform(Number),
);

/** The fields of a comparison. */
export const comparison = {
  query: wsmeText(4096).min(1, 'Must not be empty.'),
  threshold: Threshold,
  comparison_operator: wsmeChoice(operators).nullish(),
};

const Input = z.strictObject(comparison, 'An object is expected.');

/**
 * A rule with its defaults: an absent `comparison_operator` is `eq`.
 * @throws DomainError `invalid`, which names the field.
 */
export const readPrometheusRule = (given: unknown): PrometheusRule =>
  comparisonOf(readAs(Input, given, 'data.prometheus_rule'));

/** A comparison with its defaults. */
export const comparisonOf = ({
  query,
  threshold,
  comparison_operator,
}: z.infer<typeof Input>): PrometheusRule => ({
  query,
  comparison_operator: comparison_operator ?? 'eq',
  threshold,
});
