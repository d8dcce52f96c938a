/** What a release puts into its manifests. */
export interface ReleaseFacts {
  readonly version: string;
  /** `name@sha256:…`. */
  readonly toolImage: string;
}
