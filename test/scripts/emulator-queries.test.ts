/** The emulator's queries of an index look at fewer rows, and give the same answers as before. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { root } from '../../scripts/stack/state.ts';

/**
 * Plays random writes and queries on a table with two indexes. Prints the answers, and the number of rows
 * that were compared with a condition.
 */
const program = `
import json, random, sys
from keeper import queries
from ministack.services import dynamodb
is_narrow = sys.argv[1] == "narrow"
compared = 0
evaluate = dynamodb._evaluate_condition
def counted(*args, **kwargs):
    global compared
    compared += kwargs.get("slot") == "KeyConditionExpression"
    return evaluate(*args, **kwargs)
dynamodb._evaluate_condition = counted
if is_narrow:
    queries.keep_rows_in_order(dynamodb)
keys = {name: kind for name, kind in zip(("id", "part", "project", "place", "number"), "SSSSN")}
def index(name, hash_name, range_name):
    schema = [(hash_name, "HASH"), (range_name, "RANGE")]
    return {"IndexName": name, "KeySchema": [{"AttributeName": n, "KeyType": k} for n, k in schema], "Projection": {"ProjectionType": "KEYS_ONLY"}}
dynamodb._create_table({
    "TableName": "rows", "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "part", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": n, "AttributeType": k} for n, k in keys.items()],
    "GlobalSecondaryIndexes": [index("places", "project", "place"), index("numbers", "project", "number")],
})
random.seed(7)
pick = random.choice
projects = ["a", "b", "none"]
places = [start + str(n) for start in ("x", "x#", "y\\U0010ffff", "z") for n in range(6)]
def key():
    return {"id": {"S": f"id{random.randrange(40)}"}, "part": {"S": pick("pq")}}
def write():
    row = {**key(), "project": {"S": pick(projects[:2])}, "more": {"S": "m"}}
    if random.random() < 0.9: row["place"] = {"S": pick(places)}
    if random.random() < 0.9: row["number"] = {"N": str(random.randrange(9))}
    return dynamodb._put_item({"TableName": "rows", "Item": row})
def remove():
    return dynamodb._delete_item({"TableName": "rows", "Key": key()})
def move():
    values = {":to": {"S": pick(places)}}
    return dynamodb._update_item({"TableName": "rows", "Key": key(), "UpdateExpression": "SET place = :to, project = if_not_exists(project, :to)", "ExpressionAttributeValues": values})
conditions = [
    "project = :p", "#p = :p AND place = :a", "project = :p AND place < :a", "project = :p AND place <= :a",
    "project = :p AND place > :a", "project = :p AND place >= :a", "place >= :a AND project = :p",
    "project = :p AND begins_with(place, :a)", "project = :p AND begins_with ( #k , :a )",
    "project = :p AND place BETWEEN :a AND :b", "(project = :p) AND place = :a",
    "project = :p AND place = :a AND place = :b", "project = :p and place = :a", "project = :p AND more = :a",
    "project = :p AND place = :n", "((project = :p))", "project = :p AND", "place = :a",
]
def query():
    condition = pick(conditions)
    values = {":p": {"S": pick(projects)}, ":a": {"S": pick(places + ["", "x"])}, ":b": {"S": pick(places)}, ":n": {"N": "1"}}
    request = {"TableName": "rows", "IndexName": "places", "KeyConditionExpression": condition, "ScanIndexForward": pick([True, False])}
    if random.random() < 0.2:
        request.update(IndexName="numbers", KeyConditionExpression="project = :p AND number > :n")
        condition = request["KeyConditionExpression"]
    request["ExpressionAttributeValues"] = {name: value for name, value in values.items() if name in condition}
    names = {"#p": "project", "#k": "place"}
    request["ExpressionAttributeNames"] = {name: text for name, text in names.items() if name in condition} or None
    if request["ExpressionAttributeNames"] is None: del request["ExpressionAttributeNames"]
    if random.random() < 0.3: request["Limit"] = 3
    pages = []
    for page in range(3):
        status, _, body = dynamodb._query(request)
        answer = json.loads(body)
        pages.append([status, answer])
        if "LastEvaluatedKey" not in answer: break
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    return pages
answers = []
for turn in range(3000):
    act = pick([write, write, remove, move, query, query, query])
    answer = act()
    if act is query: answers.append(answer)
print(json.dumps({"answers": answers, "compared": compared}))
`;

const Printed = z.object({
  answers: z.array(z.array(z.tuple([z.number(), z.unknown()]))),
  compared: z.number(),
});

const played = (how: 'whole' | 'narrow'): z.infer<typeof Printed> =>
  Printed.parse(
    JSON.parse(
      execFileSync(join(root, '.venv/bin/python'), ['-c', program, how], {
        env: { PYTHONPATH: join(root, 'scripts/stack') },
        encoding: 'utf8',
        maxBuffer: 100_000_000,
      }),
    ),
  );

test('queries of an index compare fewer rows, and every answer, page and error is the same as before', () => {
  const before = played('whole');
  const now = played('narrow');
  expect(now.answers).toEqual(before.answers);
  const statuses = new Set(now.answers.flat().map(([status]) => status));
  expect([...statuses].sort()).toEqual([200, 400]);
  expect(now.compared).toBeLessThan(before.compared / 2);
});
