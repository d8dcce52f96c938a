import manifest from '../package.json' with { type: 'json' };

/** Our name and version, for what we leave in stores. */
export const PROGRAM = `buildpacks-ci ${manifest.version}`;
