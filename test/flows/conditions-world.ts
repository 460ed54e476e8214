/** The stores that reports of monitors read and write, with hosts, servers and ports in memory. */
import { type Holds, noHolders } from '../../domain/conditions/held-target.ts';
import type { ReportConditionsDeps } from '../../flows/report-conditions.ts';
import type { ConditionWrite } from '../../flows/write-report.ts';
import { portsWorld } from './ports-world.ts';
import { type World, worldOf } from './world.ts';

/** Adds ports and holders to a world of hosts and servers. */
export function conditionsWorld(world: World = worldOf(), ports = portsWorld(0)) {
  const holds = new Map<string, Holds>();
  const flow = { ...ports.deps, send: world.deps.send, interrupted: world.deps.interrupted };
  const deps: ReportConditionsDeps = {
    ...world.deps,
    port: ports.deps.port,
    ports: ports.deps.ports,
    holdsOf: async (ids) => ids.flatMap((holds_id) => holds.get(holds_id) ?? []),
    changingPorts: flow,
    changingServers: world.deps,
    reportingDataPlanes: {
      ...flow,
      isHost: async (name) => (await world.deps.host(name))?.deleted === false,
    },
    holds: async (holds_id) => holds.get(holds_id) ?? noHolders(holds_id),
    saveHolds: async (next: Holds, condition: ConditionWrite) => {
      if ((holds.get(next.holds_id)?.version ?? 0) !== next.version - 1) return false;
      const { from, to } = condition;
      if (world.conditions.get(to.condition_id)?.revision !== from?.revision) return false;
      // Both are set without an await between them, as in the transaction of the table.
      holds.set(next.holds_id, next);
      return world.deps.saveCondition(condition);
    },
    markApplied: async ({ holds_id, revision }) => {
      const row = holds.get(holds_id);
      if (row?.revision !== revision) return false;
      holds.set(holds_id, { ...row, applied: revision });
      return true;
    },
  };
  return { ...world, deps, ports, holds };
}
