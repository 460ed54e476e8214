/** The keys of rows of the table `quotas` that functions other than `alarming` read or write, too. */

/** The key of a project in the table `quotas`. */
export const projectOwner = (project_id: string): string => `project#${project_id}`;

/** The key of the number of a project's alarms that name no resource. */
export const wideOwner = (project_id: string): string => `wide#${project_id}`;

/**
 * The row of the table `quotas` that names the silences of a project which have not ended, and its
 * subscriptions that want groups, so that an evaluator, which reads the row anyway, knows whether there are
 * any. Those of several projects are in one row, that of the empty id.
 */
export const sharedOwner = (project_id: string): string =>
  project_id === '' ? 'silences#' : projectOwner(project_id);
