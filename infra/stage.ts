/**
 * The name of the API's stage, which is the first part of its path on AWS. It contains no `v` that
 * a digit follows, because gophercloud cuts an endpoint at the first such text to find the version
 * of a service, and tempest replaces it. It differs from the names of the surfaces, so that
 * `/api/doctor/v1` is not ambiguous.
 */
export const stageName = 'api';
