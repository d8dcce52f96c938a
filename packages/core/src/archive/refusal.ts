import { BuildpacksError } from '../errors/index.ts';

/** The refusal of an archive that is damaged, or that two readers could read in two ways. */
export function ambiguous(why: string, cause?: unknown): BuildpacksError {
  return new BuildpacksError('image', `the archive can't be read: ${why}`, {
    hint: 'Write the archive again with a current tool (GNU tar, docker, crane).',
    ...(cause !== undefined && { cause }),
  });
}
