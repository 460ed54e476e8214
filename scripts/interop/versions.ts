/**
 * The versions of the programs of others that `npm run test:interop` runs. What the Python ones need
 * is pinned in `test/interop/constraints/`, a file for each environment; gophercloud by the two
 * `.mod` files in `test/interop/gophercloud/`. The fence agents are those of the machine's Debian.
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
