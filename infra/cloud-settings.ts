/** The settings of a deployment beside an OpenStack cloud, or beside an issuer of access tokens. */
import { setting } from './setting.ts';
import {
  filledText,
  issuerUrl,
  rolePairs,
  secretName,
  text,
  wholeNumber,
} from './setting-readers.ts';

/** Entries of the table in `settings.ts`. */
export const cloudSettings = {
  cloud: setting(
    secretName.default(''),
    'the name or ARN of the secret with the Keystone URL and the application credential of the OpenStack cloud beside Doctor; empty: no cloud',
    'CLOUD_SECRET',
  ),
  cloudWalkMinutes: setting(
    wholeNumber({ least: 5, most: 1440 }).default(60),
    'the time between the starts of two walks through all hosts, servers and ports of the cloud',
    'CLOUD_WALK_MINUTES',
  ),
  cloudCallsInFlight: setting(
    wholeNumber({ least: 8, most: 64 }).default(14),
    'the largest number of requests to Nova and Neutron in flight at once, of all functions together: one each for services, changed servers, a walk and two evacuations, up to eight for changes that are applied to the cloud, and the others for hosts that are up again',
    'CLOUD_CALLS_IN_FLIGHT',
  ),
  oidcIssuer: setting(
    issuerUrl.default(''),
    'the OpenID Connect issuer whose access tokens are accepted: the value of `iss` in its tokens; empty: none',
    'OIDC_ISSUER',
  ),
  oidcAudience: setting(
    text.default(''),
    'the value of `aud` in the tokens of `oidcIssuer`; needed if that is set',
    'OIDC_AUDIENCE',
  ),
  oidcProjectClaim: setting(
    filledText.default('project_id'),
    'the claim with the id of the project; `a.b` means `b` inside `a`',
    'OIDC_PROJECT_CLAIM',
  ),
  oidcRolesClaim: setting(
    filledText.default('roles'),
    'the claim with the roles, a list or a text with spaces; `realm_access.roles` for Keycloak',
    'OIDC_ROLES_CLAIM',
  ),
  oidcRoles: setting(
    rolePairs.default([
      'doctor-admin=admin',
      'doctor-member=member',
      'doctor-reader=reader',
      'doctor-monitor=monitor',
    ]),
    "Doctor's role for each value of that claim, separated by commas; other values are ignored",
    'OIDC_ROLES',
  ),
};
