/**
 * The filters of server lists: each query key with the test that its value makes. A field that Doctor does
 * not know is empty, as in the views, and is matched as empty. Sources: nova
 * `api/openstack/compute/schemas/servers.py` (which values are regular expressions) and
 * `db/main/api.py`, `instance_get_all_by_filters_sort`.
 */
import * as z from 'zod';
import { MomentText } from '../../../adapters/http/moment-text.ts';
import { isSameHost } from '../../../domain/hosts/host-name.ts';
import { Pattern } from '../../../domain/pattern.ts';
import type { Instance } from '../../../domain/servers/instance.ts';
import { parseMoment } from '../../../domain/time.ts';
import { Flag } from '../nova-types.ts';

/** Whether a server passes a filter. */
export type ServerTest = (instance: Instance) => boolean;

/** Whether a server with the name passes a filter. */
export type NameTest = (name: string) => boolean;

/** Reads the value of a filter. */
type Filter = z.ZodType<ServerTest, string>;

const Value = z.string().max(255);

const exactly = (of: (instance: Instance) => string | null): Filter =>
  Value.transform(
    (value): ServerTest =>
      (instance) =>
        of(instance) === value,
  );

/** A regular expression that matches a part of the field. Null never matches. */
const matching = (of: (instance: Instance) => string | null): Filter =>
  Pattern.transform(
    ({ isIn }): ServerTest =>
      (instance) => {
        const value = of(instance);
        return value !== null && isIn(value);
      },
  );

/** A time, equal to the second; any other text is a regular expression on Nova's text of the time. */
const timed = (of: (instance: Instance) => string | null): Filter => {
  const text = (instance: Instance) => of(instance)?.slice(0, 19) ?? null;
  const pattern = matching((instance) => text(instance)?.replace('T', ' ') ?? null);
  return Value.transform((value, context) => {
    const moment = parseMoment(value)?.slice(0, 19);
    if (moment !== undefined) return (instance: Instance) => text(instance) === moment;
    const { success, data, error } = pattern.safeParse(value);
    if (success) return data;
    const [issue] = error.issues;
    context.addIssue({ code: 'custom', message: issue?.message ?? 'Invalid.' });
    return z.NEVER;
  });
};

/** A part of an address is enough, as in Nova, which asks Neutron. Source: nova `compute/api.py`. */
const addressed = (version: 4 | 6): Filter =>
  Pattern.transform(
    ({ isIn }): ServerTest =>
      ({ addresses }) =>
        Object.values(addresses)
          .flat()
          .some((address) => address.version === version && isIn(address.addr)),
  );

const tagged = (passes: (has: (tag: string) => boolean, tags: readonly string[]) => boolean) =>
  Value.transform((text): ServerTest => {
    const tags = text.split(',');
    return ({ owned }) => passes((tag) => owned.tags.includes(tag), tags);
  });

/** The test of a name, as in the filters `name` and `display_name`. */
export const nameTest = Pattern.transform(({ isIn }): NameTest => isIn);

const image = exactly(({ image_id }) => image_id);
const name = nameTest.transform(
  (test): ServerTest =>
    (instance) =>
      test(instance.name),
);
const description = matching(({ owned }) => owned.description);
/** A field that is null for every server. */
const never = matching(() => null);
const empty = matching(() => '');

/** Filters of all microversions. */
export const filters = {
  user_id: exactly(({ user_id }) => user_id),
  project_id: exactly(({ project_id }) => project_id),
  tenant_id: exactly(({ project_id }) => project_id),
  launch_index: exactly(() => '0'),
  image_ref: image,
  image,
  kernel_id: never,
  ramdisk_id: never,
  hostname: matching(({ owned, name }) => owned.hostname ?? name),
  key_name: never,
  power_state: matching(({ power_state }) => String(power_state)),
  vm_state: exactly(({ vm_state }) => vm_state),
  task_state: exactly(({ task_state }) => task_state),
  host: Value.transform(
    (value): ServerTest =>
      ({ host }) =>
        host !== null && isSameHost(host, value),
  ),
  node: matching(({ host }) => host),
  flavor: exactly((instance) => instance.flavor.id),
  reservation_id: never,
  created_at: timed(({ created_at }) => created_at),
  launched_at: timed(({ launched_at }) => launched_at),
  terminated_at: timed(({ terminated_at }) => terminated_at),
  availability_zone: matching(({ availability_zone }) => availability_zone),
  name,
  display_name: name,
  description,
  display_description: description,
  locked_by: matching(({ lock }) => lock?.by ?? null),
  uuid: Value.toLowerCase().transform(
    (value): ServerTest =>
      ({ uuid }) =>
        uuid === value,
  ),
  root_device_name: never,
  config_drive: empty,
  access_ip_v4: matching(({ owned }) => owned.access_ip_v4),
  access_ip_v6: matching(({ owned }) => owned.access_ip_v6),
  auto_disk_config: matching(({ owned }) => (owned.disk_config === 'AUTO' ? '1' : '0')),
  progress: matching(() => '0'),
  ip: addressed(4),
  ip6: addressed(6),
} as const satisfies Record<string, Filter>;

const since = MomentText.transform(
  (from): ServerTest =>
    ({ updated_at }) =>
      updated_at >= from,
);
const before = MomentText.transform(
  (to): ServerTest =>
    ({ updated_at }) =>
      updated_at <= to,
);

/** Filters that came with a later microversion, or whose value is of another kind. */
export const laterFilters = {
  'changes-since': since,
  tags: tagged((has, tags) => tags.every(has)),
  'tags-any': tagged((has, tags) => tags.some(has)),
  'not-tags': tagged((has, tags) => !tags.every(has)),
  'not-tags-any': tagged((has, tags) => !tags.some(has)),
  'changes-before': before,
  locked: Flag.transform(
    (value): ServerTest =>
      ({ lock }) =>
        (lock !== null) === value,
  ),
} as const satisfies Record<string, Filter>;
