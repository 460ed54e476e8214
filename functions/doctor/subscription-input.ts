import * as z from 'zod';
import { Grouping } from '../../domain/delivery/group-body.ts';
import {
  attributesOfOne,
  canBeRaw,
  Protocol,
  SubscriptionFilter,
  type SubscriptionRequest,
  whyTooLarge,
  wrongEndpoint,
} from '../../domain/delivery/subscription.ts';

/** The body of `POST /doctor/v1/subscriptions`. */
export const SubscriptionInput = z
  .strictObject({
    protocol: Protocol,
    endpoint: z
      .string()
      .max(2048)
      .regex(/^[\x21-\x7e]+$/, 'Must be printable ASCII without spaces.'),
    filter: SubscriptionFilter.default({}),
    all_projects: z.boolean().default(false),
    raw_message_delivery: z.boolean().optional(),
    group: Grouping.nullish(),
  })
  .superRefine(
    ({ protocol, endpoint, filter, all_projects, raw_message_delivery, group }, context) => {
      const complaints = {
        endpoint: wrongEndpoint(protocol, endpoint),
        filter: whyTooLarge({ filter, all_projects, project_id: 'own' }),
        raw_message_delivery:
          raw_message_delivery && !canBeRaw(protocol) ? `Not with ${protocol}.` : undefined,
      };
      for (const [field, message] of Object.entries(complaints)) {
        if (message) context.addIssue({ code: 'custom', path: [field], message });
      }
      for (const field of attributesOfOne) {
        if (!group || filter[field] === undefined) continue;
        const message = 'Not with group: a group has several.';
        context.addIssue({ code: 'custom', path: ['filter', field], message });
      }
    },
  );
export type SubscriptionInput = z.infer<typeof SubscriptionInput>;

/**
 * The requested subscription of a project. A queue gets the notification without SNS's envelope unless
 * the body says otherwise.
 */
export const requestOf = (
  { raw_message_delivery, group, ...given }: SubscriptionInput,
  project_id: string,
): SubscriptionRequest => ({
  ...given,
  project_id,
  raw_message_delivery: raw_message_delivery ?? given.protocol === 'sqs',
  ...(group && { group }),
});

const once = z.tuple([z.string()], 'It must be given once.').transform(([value]) => value);

/** The largest page, and the size of a page without `limit`. */
const maxPage = 100;

/** The query of `GET /doctor/v1/subscriptions`; an unknown key is refused. */
export const SubscriptionQuery = z.strictObject({
  all_projects: once.pipe(z.enum(['true', 'false'])).optional(),
  marker: once.pipe(z.guid()).optional(),
  limit: once
    .pipe(z.string().regex(/^[1-9]\d{0,8}$/, 'Must be a positive integer.'))
    .transform((text) => Math.min(Number(text), maxPage))
    .default(maxPage),
});
