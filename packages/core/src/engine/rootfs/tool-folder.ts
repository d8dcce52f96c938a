import { existsSync } from 'node:fs';

/** Where the tool image has everything of ours: programs, libraries, certificates. */
export const TOOL_FOLDER = '/opt/buildpacks-ci';

/** What our scripts are run with, and by. */
export interface ScriptPrograms {
  readonly shell: string;
  readonly unshare: string;
  /** The whole environment of a script: a PATH of its own, whatever our own process has, and util-linux's programs by name. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The tool image's programs by their paths: at `/bin/sh` may be a builder's by now, and BusyBox's shell prefers its own `unshare` to the one on
 * the PATH, which has fewer options. Elsewhere the machine's.
 */
export function scriptPrograms(): ScriptPrograms {
  const own = `${TOOL_FOLDER}/bin`;
  const isToolImage = existsSync(`${own}/sh`);
  const at = (name: string) => (isToolImage ? `${own}/${name}` : name);
  return {
    shell: isToolImage ? at('sh') : '/bin/sh',
    unshare: at('unshare'),
    environment: {
      PATH: `${isToolImage ? `${own}:` : ''}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      LC_ALL: 'C',
      UNSHARE: at('unshare'),
      SETPRIV: at('setpriv'),
      MOUNT: at('mount'),
    },
  };
}
