/** Clients that send a password only after the server has asked for it by a 401. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readAccount } from '../../scripts/stack/accounts.ts';
import { root } from '../../scripts/stack/state.ts';
import { apiUrl } from '../stack/stack.ts';

const run = promisify(execFile);
const url = (): string => `${apiUrl()}/doctor/v1/events`;
const { username, password } = readAccount('admin');

test('curl --anyauth reports events', async () => {
  const args = [
    ...['--silent', '--show-error', '--anyauth', '--user', `${username}:${password}`],
    ...['--header', 'Content-Type: application/json', '--data', '[]', url()],
  ];
  const { stdout } = await run('curl', args);
  expect(JSON.parse(stdout)).toEqual({ accepted: 0, refused: 0 });
});

const program = `
import sys, urllib.request as http
url, user, password = sys.argv[1:]
passwords = http.HTTPPasswordMgrWithDefaultRealm()
passwords.add_password(None, url, user, password)
opener = http.build_opener(http.HTTPBasicAuthHandler(passwords))
request = http.Request(url, b'[]', {'Content-Type': 'application/json'}, method='POST')
print(opener.open(request).status)
`;

test("so does Python's own client", async () => {
  const python = join(root, '.venv/bin/python');
  const { stdout } = await run(python, ['-c', program, url(), username, password]);
  expect(stdout.trim()).toBe('202');
});
