/** The views of the console, for operators and for tenants. */
import type { ComponentType } from 'preact';
import { Alarm } from '../views/alarms/alarm.tsx';
import { NewAlarm } from '../views/alarms/alarm-form.tsx';
import { Alarms } from '../views/alarms/alarms.tsx';
import { Conditions } from '../views/conditions/conditions.tsx';
import { Delivery } from '../views/delivery/delivery.tsx';
import { Faults } from '../views/faults/faults.tsx';
import { FaultStory } from '../views/faults/story.tsx';
import { Host } from '../views/hosts/host.tsx';
import { Now } from '../views/now/now.tsx';
import { Ports } from '../views/ports/ports.tsx';
import { Search } from '../views/search/search.tsx';
import { Servers } from '../views/servers/servers.tsx';
import { Subscriptions } from '../views/subscriptions/subscriptions.tsx';
import { Unmatched } from '../views/unmatched/unmatched.tsx';

/** `path`: the parts of the link after the view's name. */
type Shown = ComponentType<{ path: readonly string[] }>;

export type ViewEntry = {
  /** The first part of its link. */
  readonly name: string;
  /** Its title in the navigation; undefined if only other views lead to it. */
  readonly title: string | undefined;
  readonly Show: Shown;
  /** The view of the navigation that leads to it; absent if it is itself in the navigation. */
  readonly within?: string;
};

const faults: ViewEntry = {
  name: 'faults',
  title: 'Faults',
  Show: ({ path: [id] }) => (id === undefined ? <Faults /> : <FaultStory id={id} />),
};

const common: readonly ViewEntry[] = [
  { name: 'servers', title: 'Servers', Show: Servers },
  { name: 'ports', title: 'Ports', Show: Ports },
  {
    name: 'alarms',
    title: 'Alarms',
    Show: ({ path: [id] }) => {
      if (id === undefined) return <Alarms />;
      return id === 'new' ? <NewAlarm /> : <Alarm id={id} />;
    },
  },
  { name: 'subscriptions', title: 'Subscriptions', Show: Subscriptions },
  { name: 'search', title: undefined, Show: ({ path }) => <Search words={path.join(' ')} /> },
];

const ofOperators: readonly ViewEntry[] = [
  { name: 'now', title: 'Now', Show: Now },
  faults,
  { name: 'conditions', title: 'Conditions', Show: Conditions },
  ...common,
  { name: 'delivery', title: 'Delivery', Show: Delivery },
  { name: 'unmatched', title: 'Unmatched', Show: Unmatched },
  {
    ...{ name: 'hosts', title: undefined, within: 'now' },
    Show: ({ path: [name = ''] }) => <Host name={name} />,
  },
];

const [servers, ...others] = common;
const ofTenants: readonly ViewEntry[] = [...(servers ? [servers] : []), faults, ...others];

/** The views of a session; the first is shown at the beginning. */
export const viewsFor = (operator: boolean): readonly ViewEntry[] =>
  operator ? ofOperators : ofTenants;
