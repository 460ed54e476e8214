/** Neutron's extensions that work here, and Doctor's own ones: docs/wire/network.md#extensions. */
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { Refusal } from '../../domain/errors.ts';
import { shown } from './neutron.ts';

type Extension = {
  readonly alias: string;
  readonly name: string;
  readonly description: string;
  readonly updated: string;
};

export const extensions: readonly Extension[] = [
  {
    alias: 'data-plane-status',
    name: 'Port data plane status extension',
    description: 'Expose status of underlying data plane',
    updated: '2017-01-24T10:00:00-00:00',
  },
  {
    alias: 'binding',
    name: 'Port Binding',
    description: 'Expose port bindings of a virtual port to external application',
    updated: '2014-02-03T10:00:00-00:00',
  },
  {
    alias: 'project-id',
    name: 'project_id field enabled',
    description: 'Extension that indicates that project_id field is enabled.',
    updated: '2016-09-09T09:09:09-09:09',
  },
  {
    alias: 'pagination',
    name: 'Pagination support',
    description: 'Extension that indicates that pagination is enabled.',
    updated: '2016-06-12T00:00:00-00:00',
  },
  {
    alias: 'sorting',
    name: 'Sorting support',
    description: 'Extension that indicates that sorting is enabled.',
    updated: '2016-06-12T00:00:00-00:00',
  },
  {
    alias: 'filter-validation',
    name: 'Filter parameters validation',
    description: 'Provides validation on filter parameters.',
    updated: '2018-03-21T10:00:00-00:00',
  },
  {
    alias: 'standard-attr-timestamp',
    name: 'Resource timestamps',
    description: 'Adds created_at and updated_at fields to all resources.',
    updated: '2016-09-12T10:00:00-00:00',
  },
  {
    alias: 'standard-attr-revisions',
    name: 'Resource revision numbers',
    description: 'This extension will display the revision number of resources.',
    updated: '2016-04-11T10:00:00-00:00',
  },
  {
    alias: 'revision-if-match',
    name: 'If-Match constraints based on revision_number',
    description: 'Extension indicating that If-Match based on revision_number is supported.',
    updated: '2016-12-11T00:00:00-00:00',
  },
  {
    alias: 'standard-attr-description',
    name: 'standard-attr-description',
    description: 'Extension to add descriptions to standard attributes',
    updated: '2016-02-10T10:00:00-00:00',
  },
  {
    alias: 'standard-attr-tag',
    name: 'Tag support for resources with standard attribute: network, port',
    description: 'Enables to set tag on resources with standard attribute.',
    updated: '2017-01-01T00:00:00-00:00',
  },
  {
    alias: 'port-dp-down',
    name: 'Port dp_down attribute',
    description: 'The data plane status of a port as a boolean: down or not',
    updated: '2026-11-22T00:00:00-00:00',
  },
  {
    alias: 'port-status-update',
    name: 'Port status update',
    description: 'The status of a port may be written by administrators and SDN controllers',
    updated: '2026-11-22T00:00:00-00:00',
  },
];

const view = (extension: Extension) => ({ ...extension, links: [] });

export const extensionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v2.0/extensions',
    query: ignored,
    body: ignored,
    handle: async () => ({ status: 200, body: { extensions: extensions.map(view) } }),
  }),
  route({
    method: 'GET',
    path: '/v2.0/extensions/:alias',
    query: ignored,
    body: ignored,
    handle: async ({ params: { alias = '' } }) => {
      const found = extensions.find((extension) => extension.alias === alias);
      if (found) return { status: 200, body: { extension: view(found) } };
      throw new Refusal(
        'extension_not_found',
        `Extension with alias ${shown(alias)} does not exist`,
      );
    },
  }),
];
