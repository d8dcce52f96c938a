import { BuildpacksError } from '../errors/index.ts';

/** The host name inside, the same in every engine: the lifecycle hands it to buildpacks. */
export const HOST_NAME = 'buildpacks-ci';
/** Linux, MAX_ARG_STRLEN: one argument of a process with its final NUL, in bytes. */
const MAX_ARGUMENT = 128 * 1024;

/**
 * `NAME=VALUE` for each variable, to be one argument each.
 *
 * @throws BuildpacksError `engine` when one is longer than the kernel takes
 */
export function environmentPairs(environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(environment).map(([name, value]) => {
    const pair = `${name}=${value}`;
    if (Buffer.byteLength(pair) < MAX_ARGUMENT) return pair;
    throw new BuildpacksError('engine', `the value of the variable "${name}" is too long to be handed over`, {
      hint: `Keep it below ${MAX_ARGUMENT / 1024} KiB.`,
    });
  });
}
