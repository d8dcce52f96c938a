import manifest from '../package.json' with { type: 'json' };

export const VERSION = manifest.version;

/** Our name and version, for what we leave in stores. */
export const PROGRAM = `buildpacks-ci ${VERSION}`;
