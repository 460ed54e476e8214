/**
 * The versions of the programs that `npm run test:interop` runs. The files in
 * `test/interop/constraints/`, one for each environment, pin the dependencies of the Python
 * programs. The two `.mod` files in `test/interop/gophercloud/` pin gophercloud. The fence agents
 * come from the machine's Debian release.
 */
export const versions = {
  masakari: '22.0.0',
  'masakari-monitors': '22.0.0',
  tempest: '47.0.0',
  'telemetry-tempest-plugin': '2.11.0',
  'neutron-tempest-plugin': '3.3.0',
} as const;

/** A version of a Python package, as pip takes it. */
export const pinned = (name: keyof typeof versions): string => `${name}==${versions[name]}`;
