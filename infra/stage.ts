/**
 * The name of the API's stage, which is the first part of its path on AWS. It contains no `v` that a
 * digit follows: gophercloud cuts an endpoint at the first such text, and tempest replaces it, to find
 * the version of a service. It differs from the names of surfaces, so that `/api/doctor/v1` is clear.
 */
export const stageName = 'api';
