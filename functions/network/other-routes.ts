/** The routes of networks, tags and extensions. They are loaded when one is first asked for. */
import type { Route } from '../../adapters/http/route.ts';
import type { NetworkDeps, PortDeps } from './deps.ts';
import { extensionRoutes } from './extensions.ts';
import { networkRoutes } from './networks.ts';
import { taggableNetworks, taggablePorts } from './taggable.ts';
import { tagRoutes } from './tags.ts';

export const otherNetworkRoutes = (deps: PortDeps & NetworkDeps): readonly Route[] => [
  ...extensionRoutes,
  ...tagRoutes(taggablePorts(deps)),
  ...networkRoutes(deps),
  ...tagRoutes(taggableNetworks(deps)),
];
