/**
 * How many rows a walk may delete. A service user without all rights, or a cloud with a part that is
 * out, shows fewer resources than there are. Decision: docs/adr/0065.
 */
import * as z from 'zod';

const Count = z.int().min(0);

/** What a part of a walk has compared with the cloud so far. */
export const Compared = z.object({
  /** Resources that Doctor has. */
  known: Count,
  /** Those of them that the cloud does not show, for no other reason that is known. */
  missing: Count,
});
export type Compared = z.infer<typeof Compared>;

/** The comparison before the first page. */
export const nothingCompared: Compared = { known: 0, missing: 0 };

/** So many may always be deleted in a part of a walk; or this share of what was compared. */
const [mostAlways, mostShare] = [10, 0.1];

/** Whether the missing ones may be deleted without an administrator's word. */
export const mayDelete = ({ known, missing }: Compared): boolean =>
  missing <= Math.max(mostAlways, known * mostShare);

/** The comparison with a further page. */
export const comparedWith = (before: Compared, page: Compared): Compared => ({
  known: before.known + page.known,
  missing: before.missing + page.missing,
});

/** Why a resource is kept that the cloud does not show, for an administrator. */
export const tooManyMissing = 'the cloud does not show it, nor more than a tenth of its kind';
