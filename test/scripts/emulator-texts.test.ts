/**
 * The emulator reads and writes texts in C, and once for each request. What they say stays the same.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { root } from '../../scripts/stack/state.ts';

/** Runs Python in the emulator's environment, and reads what it prints as JSON. */
const printed = (program: string): unknown =>
  JSON.parse(
    execFileSync(join(root, '.venv/bin/python'), ['-c', program], {
      env: { PYTHONPATH: join(root, 'scripts/stack') },
      encoding: 'utf8',
    }),
  );

const Pairs = z.array(z.tuple([z.string(), z.string()]));

test('JSON is read as before: values, mistakes, and what only Python reads', () => {
  const pairs = Pairs.parse(
    printed(String.raw`
import json
from keeper import texts
given = ['{"a":[1,2.5,"\u00fc \\ud83d\\ude00",null,true]}', b'{"Item":{"n":{"N":"1"}}}', '"\\ud800"', "NaN", "[1,]", "{", "", '{"a":1,"a":2}', None]
def read(loads, text):
    try:
        return repr(loads(text))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
print(json.dumps([[read(json.loads, text), read(texts.loads, text)] for text in given]))
`),
  );
  expect(new Set(pairs.map(([before]) => before)).size).toBe(9);
  for (const [before, now] of pairs) expect(now).toBe(before);
});

test('JSON that is written says the same as before, and ASCII stays ASCII', () => {
  const pairs = Pairs.parse(
    printed(String.raw`
import json
from keeper import texts
given = [{"a": [1, 2.5, "\u00fc", None, True], "b": {"c": ()}}, {1: "a number as a key"}, "\ud800", 2**70]
styles = [{}, {"ensure_ascii": False}, {"separators": (",", ":")}, {"sort_keys": True}]
def plain(text):
    return repr((json.loads(text), text.isascii()))
print(json.dumps([[plain(json.dumps(value, **style)), plain(texts.dumps(value, **style))] for value in given for style in styles]))
`),
  );
  expect(pairs).toHaveLength(16);
  for (const [before, now] of pairs) expect(now).toBe(before);
});

/** Replaces parts of modules as the emulator's process does, and compares their answers. */
const replaced = String.raw`
import json
from urllib import parse
from keeper import faster, texts
from ministack import app
from ministack.core import iam_actions, iam_evaluator, lambda_runtime, responses
from ministack.services import _dynamodb_keywords as partiql, dynamodb, sns
forms = ["Action=Publish&Message=a%20b&Empty=&Message=c", "", "a&b=1", "x=%C3%BC&x="]
blanks = [{}, {"keep_blank_values": True}]
asked = [(form, blank) for form in forms for blank in blanks]
statement = "UPDATE \"t\" SET \"a\" = ? WHERE \"id\" = ?"
values = [{"S": "new"}, {"S": "key"}]
put = lambda table: {"Put": {"TableName": table, "Item": {"id": {"S": table}}}}
body = json.dumps({"TransactItems": [put("one"), put("two"), put("one"), {"Update": {"TableName": "one"}}]}).encode()
def answers():
    checks = iam_actions.dynamodb_transaction_checks("dynamodb:TransactWriteItems", body, "us-east-1", "000000000000")
    return {
        "forms": [app.parse_qs(form, **blank) for form, blank in asked],
        "parsed": [repr(partiql.parse_statement(statement, values)) for _ in range(2)],
        "checks": len(checks),
        "allowed": sorted(set(checks)),
        "context": [repr(iam_actions.dynamodb_service_context(body)) for _ in range(2)],
        "arns": iam_actions.dynamodb_resource_arns(json.dumps({"TableName": "rows"}).encode(), "us-east-1", "1"),
    }
before = answers()
faster.make_faster(dynamodb, iam_evaluator, iam_actions)
texts.read_in_c((dynamodb, sns, lambda_runtime, responses), iam_actions, (app, sns), partiql)
app.parse_qs(forms[0])["Message"].clear()
print(json.dumps({"before": before, "now": answers()}))
`;

const Answers = z.looseObject({ checks: z.number() });

test('forms, statements and what a request is authorized for are read as before', () => {
  const { before, now } = z.object({ before: Answers, now: Answers }).parse(printed(replaced));
  // Each action on a table is authorized once.
  expect([before.checks, now.checks]).toEqual([4, 3]);
  expect({ ...now, checks: 0 }).toEqual({ ...before, checks: 0 });
});

/** Writes a row by a transaction, with and without a question for the capacity. */
const capacity = `
import json
from keeper import faster
from ministack.core import iam_actions, iam_evaluator
from ministack.services import dynamodb
def row(n):
    return {"TransactItems": [{"Put": {"TableName": "rows", "Item": {"id": {"S": str(n)}, "by": {"S": "x"}}}}]}
def make():
    attribute = lambda name: {"AttributeName": name, "AttributeType": "S"}
    key = lambda name: [{"AttributeName": name, "KeyType": "HASH"}]
    index = {"IndexName": "byOther", "KeySchema": key("by"), "Projection": {"ProjectionType": "ALL"}}
    dynamodb._create_table({"TableName": "rows", "AttributeDefinitions": [attribute("id"), attribute("by")], "KeySchema": key("id"), "GlobalSecondaryIndexes": [index], "BillingMode": "PAY_PER_REQUEST"})
def answers():
    return [dynamodb._transact_write_items({**row(n), **asked})[2].decode() for n, asked in enumerate([{}, {"ReturnConsumedCapacity": "INDEXES"}, {"ReturnConsumedCapacity": "TOTAL"}])]
make()
before = answers()
dynamodb._tables.clear()
make()
faster.make_faster(dynamodb, iam_evaluator, iam_actions)
print(json.dumps({"before": before, "now": answers()}))
`;

test('a transaction that asks for the capacity of indexes gets it', () => {
  const Both = z.object({ before: z.array(z.string()), now: z.array(z.string()) });
  const { before, now } = Both.parse(printed(capacity));
  expect(now).toEqual(before);
  expect(now[1]).toContain('"byOther"');
});
