import manifest from '../package.json' with { type: 'json' };

/** The version of this action. */
export const VERSION = manifest.version;
