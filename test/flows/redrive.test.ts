/** Dead letters are sent back while any step fails, or succeeds without an answer: none is lost. */
import { expect, test } from 'vitest';
import type { Letter } from '../../domain/delivery/redrive.ts';
import { type RedriveDeps, redrive } from '../../flows/redrive.ts';
import { minute } from '../domain/rows.ts';

type Held = Letter & { readonly handle: string };

const letterOf = (n: number): Held => ({
  ...{ id: `l-${n}`, handle: `h-${n}`, sent_at: minute(n), receives: 1 },
  body: JSON.stringify({ host: `compute-${n}`, number: 1, of: 'instances' }),
});

/** Two queues in memory. @param disturb runs before and after each step that changes one. */
function queuesWith(letters: readonly Held[], disturb: (step: string) => void) {
  const dead = new Map(letters.map((letter) => [letter.id, letter]));
  const work: string[] = [];
  const deps: RedriveDeps = {
    hold: async (_, most) => [...dead.values()].slice(0, most),
    release: async () => {},
    reopenWebhooks: async () => {},
    sendBack: async (_, bodies) => {
      disturb('before the send');
      work.push(...bodies);
      disturb('after the send');
    },
    deleteLetters: async (_, those) => {
      disturb('before the deletion');
      for (const { id } of those) dead.delete(id);
      disturb('after the deletion');
    },
  };
  return { dead, work, deps };
}

test.each(['before the send', 'after the send', 'before the deletion', 'after the deletion'])(
  'if the process ends %s no letter is lost, and the repeated request sends the rest',
  async (end) => {
    let left = 1;
    const letters = [letterOf(1), letterOf(2)];
    const { dead, work, deps } = queuesWith(letters, (step) => {
      if (step === end && left-- > 0) throw new Error('the process died');
    });
    await expect(redrive(deps, 'faults', 'all')).rejects.toThrow('died');
    for (const { id, body } of letters) expect(dead.has(id) || work.includes(body)).toBe(true);
    await redrive(deps, 'faults', 'all');
    expect(dead.size).toBe(0);
    expect(new Set(work)).toEqual(new Set(letters.map(({ body }) => body)));
    // They are sent twice only if the process ends between the send and the deletion.
    const isTwice = end === 'after the send' || end === 'before the deletion';
    expect(work).toHaveLength(isTwice ? 4 : 2);
  },
);
