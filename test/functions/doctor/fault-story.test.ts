import { expect, test } from 'vitest';
import { projectStories } from '../../../functions/doctor/fault-story.ts';
import { id, minute } from '../../domain/rows.ts';

test('a story counts the resources, events and notifications of each project', () => {
  const affected = [
    { fault_id: id(1), project_id: 'a', at: minute(1), uuids: new Set([id(2), id(3)]) },
    { fault_id: id(1), project_id: 'b', at: minute(1), uuids: new Set([id(4)]) },
  ];
  const places = [
    `a#${minute(2)}#e1`,
    `a#${minute(3)}#e1`,
    `a#${minute(1)}#e2`,
    `#${minute(4)}#e3`,
  ];
  expect(projectStories(affected, places)).toEqual([
    {
      ...{ project_id: '', resources: 0, events: 1, notifications: 1 },
      ...{ first_at: minute(4), last_at: minute(4) },
    },
    {
      ...{ project_id: 'a', resources: 2, events: 2, notifications: 3 },
      ...{ first_at: minute(1), last_at: minute(3) },
    },
    {
      ...{ project_id: 'b', resources: 1, events: 0, notifications: 0 },
      ...{ first_at: null, last_at: null },
    },
  ]);
});
