/**
 * The SDK's cache of discovered endpoints in the bundles (`infra/bundling.ts`). DynamoDB's client
 * makes one, and fills it only if endpoint discovery is switched on, which Doctor does not do. The
 * SDK's own brings a cache of 7 kB. This one is always empty.
 */
export class EndpointCache {
  /** Always undefined: no endpoint is known, so that of the region is used. */
  getEndpoint(): undefined {}
  get(): undefined {}
  has(): boolean {
    return false;
  }
  set(): void {}
  delete(): void {}
  clear(): void {}
}
