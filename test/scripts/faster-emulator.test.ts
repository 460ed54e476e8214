/**
 * The emulator parses each text of a condition once and copies rows faster, and gives the same
 * answers as before.
 */
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

const statement = {
  Effect: 'Allow',
  Action: ['dynamodb:GetItem'],
  Resource: 'arn:aws:dynamodb:*:*:table/t',
};
const policies = [
  { Statement: [statement] },
  { Statement: [statement, { ...statement, Effect: 'Deny' }] },
];

/** Compares each text with each row. Prints the answers, and how often a text was parsed. */
const program = `
import json, sys
from keeper import faster
from ministack.core import iam_actions as actions, iam_evaluator as iam
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
    faster.make_faster(dynamodb, iam, actions)
def answer(text, row):
    try:
        return dynamodb._evaluate_condition(text, row, given["values"], given["names"])
    except ValueError as error:
        return str(error)
answers = [[answer(text, row) for row in given["rows"]] for text in given["texts"]]
dynamodb._tokenize(given["texts"][0]).clear()
def allows(policy, action):
    context = iam.EvalContext("arn:aws:iam::000000000000:role/r", "AssumedRole", "000000000000", action, "arn:aws:dynamodb:us-east-1:000000000000:table/t", "us-east-1")
    statements = iam.parse_policy_document(policy)
    result = iam.evaluate(context, [statements])
    statements.clear()
    return str(result)
policies = [json.dumps(policy) for policy in given["policies"]] + ["{", {"Statement": given["policies"][0]["Statement"]}]
allowed = [allows(policy, action) for policy in policies for action in ("dynamodb:GetItem", "dynamodb:Scan")]
print(json.dumps({"answers": answers, "reads": reads, "allowed": allowed + [allows(policies[0], "dynamodb:GetItem")], "again": answer(given["texts"][0], given["rows"][1])}))
`;

const Printed = z.object({
  answers: z.array(z.array(z.union([z.boolean(), z.string()]))),
  reads: z.number(),
  allowed: z.array(z.string()),
  again: z.boolean(),
});

const played = (once: boolean): z.infer<typeof Printed> =>
  Printed.parse(
    JSON.parse(
      execFileSync(join(root, '.venv/bin/python'), ['-c', program], {
        input: JSON.stringify({ once, rows, values, names, texts, policies }),
        env: { PYTHONPATH: join(root, 'scripts/stack') },
        encoding: 'utf8',
      }),
    ),
  );

test('each text of a condition or policy is parsed once, and every answer is the same as before', () => {
  const before = played(false);
  const now = played(true);
  expect(now.answers).toEqual(before.answers);
  expect(new Set(now.answers.flat()).size).toBeGreaterThan(4);
  expect(before.reads).toBeGreaterThanOrEqual(rows.length * texts.length);
  expect(now.reads).toBe(texts.length);
  expect(now.allowed).toEqual(before.allowed);
  expect(new Set(now.allowed).size).toBeGreaterThan(1);
  // A caller that changes its tokens does not change those of other callers.
  expect(now.again).toBe(before.again);
});

/** Changes the contents of a copy, and prints both. Then copies values that JSON cannot express. */
const copying = `
import json, sys
from collections import defaultdict
from keeper import faster
row = json.load(sys.stdin)
copied = faster.deep_copy(row)
copied["M"]["list"]["L"][0]["S"] = "other"
copied["M"]["more"] = {"N": "1"}
other = defaultdict(dict, {"a": {"b": b"bytes"}})
also = faster.deep_copy(other)
also["new"]["x"] = 1
print(json.dumps({"row": row, "copied": copied, "other": list(other), "kind": type(also).__name__}))
`;

test('a copy of a row shares nothing with it, and other values are copied as before', () => {
  const row = { M: { list: { L: [{ S: 'one' }, { NULL: true }, { N: '2.5' }] } } };
  const printed: unknown = JSON.parse(
    execFileSync(join(root, '.venv/bin/python'), ['-c', copying], {
      input: JSON.stringify(row),
      env: { PYTHONPATH: join(root, 'scripts/stack') },
      encoding: 'utf8',
    }),
  );
  expect(printed).toEqual({
    row,
    copied: {
      M: { list: { L: [{ S: 'other' }, { NULL: true }, { N: '2.5' }] }, more: { N: '1' } },
    },
    other: ['a'],
    kind: 'defaultdict',
  });
});

/** Makes rows that stay, and rings of objects that only the collector finds. Prints what it did. */
const collecting = `
import gc, json, sys
from keeper import faster
if json.load(sys.stdin):
    faster.collect_seldom()
class Ring:
    alive = 0
    def __init__(self):
        Ring.alive += 1
        self.ring = self
    def __del__(self):
        Ring.alive -= 1
full = gc.get_stats()[2]["collections"]
rows = []
for n in range(200_000):
    rows.append({"id": {"S": str(n)}})
    Ring()
print(json.dumps({"full": gc.get_stats()[2]["collections"] - full, "left": Ring.alive}))
`;

test('garbage is still collected, without looking at all rows', () => {
  const [before, now] = [false, true].map((seldom) =>
    z.object({ full: z.number(), left: z.number() }).parse(
      JSON.parse(
        execFileSync(join(root, '.venv/bin/python'), ['-c', collecting], {
          input: JSON.stringify(seldom),
          env: { PYTHONPATH: join(root, 'scripts/stack') },
          encoding: 'utf8',
        }),
      ),
    ),
  );
  expect(before?.full).toBeGreaterThan(0);
  expect(now?.full).toBe(0);
  expect(now?.left).toBeLessThan(25_000);
});
