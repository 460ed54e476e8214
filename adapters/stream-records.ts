/** Records of the streams of `hosts`, `instances` and `ports` as changes of rows. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { Host } from '../domain/hosts/host.ts';
import { HostDataPlane } from '../domain/ports/host-data-plane.ts';
import { Port } from '../domain/ports/port.ts';
import { Instance } from '../domain/servers/instance.ts';
import type { RowChange } from '../flows/row-change.ts';

type Image = Record<string, AttributeValue>;

/** A record as a stream delivers it to a Lambda. */
export type StreamRecord = {
  readonly eventID?: string;
  readonly eventName?: string;
  readonly dynamodb?: {
    readonly Keys?: Image;
    readonly NewImage?: Image;
    readonly OldImage?: Image;
  };
};
export type StreamEvent = { readonly Records: readonly StreamRecord[] };

/**
 * The changes that the records contain, in their order. Removals are left out, since only tombstones
 * expire, and so is the row that counts service numbers. A record that cannot be read becomes an
 * `unreadable` change with the reason.
 */
export function rowChanges({ Records: records }: StreamEvent): RowChange[] {
  return records.flatMap((record): RowChange[] => {
    const { Keys: keys = {}, NewImage: image, OldImage: old } = record.dynamodb ?? {};
    if (!image || keys.host?.S?.startsWith('#')) return [];
    try {
      const [after, before] = [unmarshall(image), old && unmarshall(old)];
      if (keys.uuid) {
        const previous = before && Instance.parse(before);
        return [{ kind: 'instance', before: previous, after: Instance.parse(after) }];
      }
      if (keys.id?.S?.startsWith('host#')) {
        const previous = before && HostDataPlane.parse(before);
        return [{ kind: 'data plane', before: previous, after: HostDataPlane.parse(after) }];
      }
      if (keys.id) {
        return [{ kind: 'port', before: before && Port.parse(before), after: Port.parse(after) }];
      }
      return [{ kind: 'host', before: before && Host.parse(before), after: Host.parse(after) }];
    } catch (error) {
      const reason = `a stream record cannot be read: ${String(error).slice(0, 2_000)}`;
      return [{ kind: 'unreadable', letter: { reason, element: record } }];
    }
  });
}
