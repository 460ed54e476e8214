import type { Condition } from '../../api/answers/monitors.ts';
import { ask } from '../../api/client.ts';
import { linkTo } from '../../links.ts';
import { Action } from '../../ui/actions.tsx';
import { Badge, Time } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';

/** A link to the target of a condition. */
function Target({ target }: { target: Condition['target'] }) {
  if (target.kind === 'host') return <a href={linkTo(['hosts', target.host])}>{target.host}</a>;
  const [view, id] =
    target.kind === 'port'
      ? (['ports', target.port_id] as const)
      : (['servers', target.server_id] as const);
  return <a href={linkTo([view], { id })}>{id}</a>;
}

const end = ({ id }: Condition) =>
  ask('DELETE /doctor/v1/conditions/{id}', {
    params: { id },
    query: { reason: 'Ended by hand in the console.' },
  });

type ConditionTableProps = {
  readonly conditions: readonly Condition[];
  readonly more?: (() => void) | undefined;
};

/**
 * Conditions by source. A condition that is raised, or still holds its target down, can be ended by
 * hand.
 */
export const ConditionTable = ({ conditions, more }: ConditionTableProps) => (
  <Table
    label="Conditions"
    rows={conditions}
    keyOf={({ id }) => id}
    empty="No source has said anything."
    more={more}
    columns={[
      { title: 'State', cell: ({ state }) => <Badge state={state} /> },
      { title: 'Source', cell: ({ source }) => source },
      { title: 'Target', cell: ({ target }) => <Target target={target} /> },
      { title: 'Effect', cell: ({ effect }) => effect.replaceAll('_', ' '), minor: true },
      { title: 'Cause', cell: ({ cause }) => <span class="cut">{cause || '–'}</span>, minor: true },
      { title: 'Raised', cell: ({ raised_at }) => <Time at={raised_at} /> },
      {
        title: 'Ended',
        cell: (condition) =>
          condition.state === 'cleared' && !condition.held ? (
            <Time at={condition.cleared_at} />
          ) : (
            <Action
              label="End"
              question={`The condition of ${condition.source} no longer holds its target, whatever the source says until it raises it again.`}
              run={() => end(condition)}
            />
          ),
      },
    ]}
  />
);
