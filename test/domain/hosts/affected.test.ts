import { expect, test } from 'vitest';
import { affectedBy } from '../../../domain/hosts/affected.ts';
import { settled } from '../../../domain/hosts/host-fault.ts';
import { downHost, firstFault, id, instanceWith } from '../rows.ts';

const stopped = (n: number, project_id = 'a') => {
  const row = instanceWith({ uuid: id(n), project_id });
  return settled(row, downHost()) ?? row;
};

test('instances are grouped by fault and project, each once', () => {
  expect(affectedBy([stopped(1), stopped(2, 'b'), stopped(3), stopped(1)])).toEqual([
    { ...firstFault, project_id: 'a', uuids: new Set([id(1), id(3)]) },
    { ...firstFault, project_id: 'b', uuids: new Set([id(2)]) },
  ]);
});

test('rows that no fault changed are left out', () => {
  expect(affectedBy([instanceWith()])).toEqual([]);
});
