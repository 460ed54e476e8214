/** Where an index of ports is read: those of a value, of one project if the index orders by it. */
export type PortIndex =
  | { readonly index: 'listing' }
  | { readonly index: 'byProject' | 'byHost'; readonly value: string }
  | {
      readonly index: 'byDevice' | 'byName';
      readonly value: string;
      readonly project_id: string | undefined;
    };

/** From which id on an index is read, which way, and how many keys at once. */
export type PortIndexReading = {
  readonly after?: string | undefined;
  readonly reverse?: boolean;
  readonly atOnce?: number;
};
