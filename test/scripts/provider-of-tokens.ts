/** A real OpenID provider beside a stack, and the settings with which its tokens are accepted. */
import { request } from '../../scripts/stack/api.ts';
import { openIdProvider, type ResourceName } from '../cloud/openid-provider.ts';
import type { KeptStack } from './kept-stack.ts';

/** Starts it. Its tokens are those of a program, a member of the project `red`. */
export async function providerOfTokens() {
  const roles = ['doctor-member'];
  const provider = await openIdProvider({ feed: { tenant: { id: 'red' }, access: { roles } } });
  const tokenFor = (name: ResourceName) => provider.programToken('feed', name);
  return {
    /** For `DOCTOR_SETTINGS`. */
    settings: [
      ...[`oidcIssuer=${provider.issuer}`, 'oidcAudience=doctor-api'],
      ...['oidcProjectClaim=tenant.id', 'oidcRolesClaim=access.roles'],
    ].join(' '),
    /** A token for Doctor, one for another audience, and Doctor's with the signature of the other. */
    tokens: async () => {
      const [good, other] = [await tokenFor('doctor'), await tokenFor('other')];
      const [header, payload] = good.split('.');
      return { good, other, forged: `${header}.${payload}.${other.split('.')[2]}` };
    },
    stop: provider.stop,
  };
}

/** The answer to a list that a token asks for: its status, and after how long to ask again. */
export async function askWith(stack: KeptStack, token: string, path = 'alarming/v2/alarms') {
  const url = stack.state().outputs?.ApiUrl ?? '';
  const given = { headers: { 'x-auth-token': token } };
  const { status, headers } = await request(`${url}/${path}`, 'GET', given);
  return [status, headers.get('retry-after')];
}
