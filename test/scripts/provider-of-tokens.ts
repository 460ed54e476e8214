/** A real OpenID provider beside a stack, and the settings with which its tokens are accepted. */
import { openIdProvider, type ResourceName } from '../cloud/openid-provider.ts';

/** Starts it. Its tokens are those of a program, a member of the project `red`. */
export async function providerOfTokens() {
  const roles = ['doctor-member'];
  const provider = await openIdProvider({ feed: { tenant: { id: 'red' }, access: { roles } } });
  return {
    /** For `DOCTOR_SETTINGS`. */
    settings: [
      ...[`oidcIssuer=${provider.issuer}`, 'oidcAudience=doctor-api'],
      ...['oidcProjectClaim=tenant.id', 'oidcRolesClaim=access.roles'],
    ].join(' '),
    /** A token for Doctor, or for another audience. */
    token: (name: ResourceName) => provider.programToken('feed', name),
    stop: provider.stop,
  };
}
