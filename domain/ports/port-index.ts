/**
 * An index of ports and the value to look up in it. `project_id` restricts it to one project; it is
 * undefined for all projects.
 */
export type PortIndex =
  | { readonly index: 'listing' }
  | { readonly index: 'byProject' | 'byHost'; readonly value: string }
  | {
      readonly index: 'byDevice' | 'byName';
      readonly value: string;
      readonly project_id: string | undefined;
    };

/** How an index is read: after which id, in which direction, and how many keys in one page. */
export type PortIndexReading = {
  readonly after?: string | undefined;
  readonly reverse?: boolean;
  readonly atOnce?: number;
};
