/**
 * The name of the API's stage, which is the first part of its path on AWS. It has no `v` with a digit
 * behind it: gophercloud cuts an endpoint at the first such text, and tempest replaces it, to find a
 * service's own version. It is no surface's name either, so that `/api/doctor/v1` can be read.
 */
export const stageName = 'api';
