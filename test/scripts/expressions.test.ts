/** The emulator reads each text of a condition once, and answers as it did before. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { root } from '../../scripts/stack/state.ts';

const rows = Array.from({ length: 50 }, (_, n) => ({ place: { S: `key#${n}` }, n: { N: `${n}` } }));
const values = { ':first': { S: 'key#1' }, ':last': { S: 'key#4' }, ':n': { N: '7' } };
const names = { '#n': 'n' };
const texts = [
  'place BETWEEN :first AND :last',
  'place BETWEEN :last AND :first',
  'attribute_not_exists(gone) AND (#n < :n OR begins_with(place, :last))',
  '((#n = :n))',
  '#n = :n AND',
  'state = :n',
  'size(place) > #n[0]',
];

/** Compares each text with each row; prints the answers, and how often a text was read. */
const program = `
import json, sys
from keeper import expressions
from ministack.services import dynamodb
given = json.load(sys.stdin)
reads = 0
tokenize = dynamodb._tokenize
def counted(text):
    global reads
    reads += 1
    return tokenize(text)
dynamodb._tokenize = counted
if given["once"]:
    expressions.read_once(dynamodb)
def answer(text, row):
    try:
        return dynamodb._evaluate_condition(text, row, given["values"], given["names"])
    except ValueError as error:
        return str(error)
answers = [[answer(text, row) for row in given["rows"]] for text in given["texts"]]
dynamodb._tokenize(given["texts"][0]).clear()
print(json.dumps({"answers": answers, "reads": reads, "again": answer(given["texts"][0], given["rows"][1])}))
`;

const Printed = z.object({
  answers: z.array(z.array(z.union([z.boolean(), z.string()]))),
  reads: z.number(),
  again: z.boolean(),
});

const played = (once: boolean): z.infer<typeof Printed> =>
  Printed.parse(
    JSON.parse(
      execFileSync(join(root, '.venv/bin/python'), ['-c', program], {
        input: JSON.stringify({ once, rows, values, names, texts }),
        env: { PYTHONPATH: join(root, 'scripts/stack') },
        encoding: 'utf8',
      }),
    ),
  );

test('each text of a condition is read once, and every answer is as it was', () => {
  const before = played(false);
  const now = played(true);
  expect(now.answers).toEqual(before.answers);
  expect(new Set(now.answers.flat()).size).toBeGreaterThan(4);
  expect(before.reads).toBeGreaterThanOrEqual(rows.length * texts.length);
  expect(now.reads).toBe(texts.length);
  // A caller that changes its tokens changes no other's.
  expect(now.again).toBe(before.again);
});
