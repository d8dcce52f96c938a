/** Something that a build would ask for outside of the closed network. */
export type Need = ImageNeed | ArchiveNeed | DependencyNeed | PackageNeed;

export interface ImageNeed {
  readonly kind: 'image';
  readonly role: 'builder' | 'run-image' | 'buildpack';
  /** In full. */
  readonly name: string;
  /** Of its registry, without a port. */
  readonly host: string;
}

/** A buildpack as an archive on the web. */
export interface ArchiveNeed {
  readonly kind: 'archive';
  /** Without a password. */
  readonly uri: string;
  readonly host: string;
}

/** What a buildpack fetches, if the app lets it take part. */
export interface DependencyNeed {
  readonly kind: 'dependency';
  readonly id: string;
  readonly version: string;
  /** `paketo-buildpacks/node-engine@4.1.2` */
  readonly buildpack: string;
  readonly uri: string;
  readonly host: string;
}

/** What a package manager asks for, by a file of the app. */
export interface PackageNeed {
  readonly kind: 'packages';
  /** `npm`, `Maven` */
  readonly manager: string;
  /** In the app: `package-lock.json`. */
  readonly file: string;
  readonly host: string;
}

/** What a build has at hand in a closed network. */
export interface ClosedNetwork {
  /** Whether a host is in it, for buildpacks; with `network: none` no host is. */
  readonly reaches: (host: string) => boolean;
}
