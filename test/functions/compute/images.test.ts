import { expect, test } from 'vitest';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import { imageApi } from '../../../functions/compute/images.ts';
import { bySurface } from '../../../functions/compute/surfaces.ts';
import { call, lambdaContext, proxyEvent, quiet } from '../call.ts';

const image = imageApi({
  ...{ publicUrl: 'https://api.test/v1', logger: quiet },
  authenticate: async ({ 'x-auth-token': role }) => {
    if (!role) throw unauthenticated();
    return { user_id: role, user_name: role, project_id: 'p', roles: [role] };
  },
});
const headers = { 'X-Auth-Token': 'reader' };
const links = [{ rel: 'self', href: 'https://api.test/v1/image/v2/' }];

test.each(['', '/', '/versions', '/v2', '/v2/'])(
  'the document at "%s" names version 2, to every caller',
  async (path) => {
    const answer = await call(image, { path: `/image${path}` });
    expect(answer).toMatchObject({
      status: 200,
      body: { versions: [{ status: 'CURRENT', links }] },
    });
  },
);

test('there are no images, with any query', async () => {
  const query = { limit: ['1000'], id: ['in:a,b'] };
  const list = await call(image, { path: '/image/v2/images', headers, query });
  expect(list).toMatchObject({ status: 200, body: { images: [] } });
  const one = await call(image, { path: '/image/v2/images/x', headers });
  expect(one).toMatchObject({ status: 404, body: { error: { code: 404 } } });
  expect((await call(image, { path: '/image/v2/images' })).status).toBe(401);
});

test.each([
  ['/image', '/image', 200],
  ['/image/{proxy+}', '/image/versions', 200],
  ['/compute/{proxy+}', '/image/versions', 418],
  ['/compute/{proxy+}', '/compute/v2.1/images', 418],
])('a request for the resource %s at %s is answered with %i', async (resource, path, status) => {
  const compute = async () => ({ statusCode: 418, body: '' });
  const handler = bySurface({ compute, image });
  const answer = await handler({ ...proxyEvent({ path }), resource }, lambdaContext);
  expect(answer.statusCode).toBe(status);
});
