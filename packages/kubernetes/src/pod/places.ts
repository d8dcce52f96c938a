/** Where the containers of a build see what they share; none of it is below a folder of the builder or of the tool image. */
export const ROOT = '/buildpacks-ci';

/** A volume, and where it is mounted. */
export interface Place {
  readonly volume: string;
  readonly mount: string;
}

/** An `emptyDir`: what PREPARE leaves for the two others, which can't write to it. */
export const PREPARED = { volume: 'prepared', mount: `${ROOT}/prepared`, folder: `${ROOT}/prepared/build` } as const;

/** An `emptyDir`: what the container of the builder leaves for PUBLISH. */
export const BUILT = { volume: 'built', mount: `${ROOT}/built` } as const;

/** The folders of a builder that its own user writes to: an `emptyDir` each for a user whom the cluster has chosen. */
export const OWN_FOLDERS = [
  { volume: 'layers', mount: '/layers' },
  { volume: 'app', mount: '/workspace' },
] as const satisfies readonly Place[];

/** An `emptyDir` for our own two containers, whose root file system is read-only: temporary files, and credentials that a cluster puts into HOME. */
export const SCRATCH = { volume: 'scratch', mount: '/tmp' } as const;
