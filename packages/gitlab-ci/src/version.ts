import manifest from '../package.json' with { type: 'json' };

/** The version of this adapter. */
export const VERSION = manifest.version;
