import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../errors/index.ts';
import type { Machine } from '../ports/index.ts';

/**
 * A new directory that only we may enter. The caller removes it.
 *
 * @throws InputError when the machine's place for such directories can't be used
 */
export async function temporaryDirectory({ temporary }: Pick<Machine, 'temporary'>): Promise<string> {
  try {
    return await mkdtemp(path.join(temporary, 'buildpacks-ci-'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why = code === 'ENOENT' ? 'does not exist' : `can't be written to (${code})`;
    const hint = 'Set TMPDIR to a directory that can be written to and has room for the app.';
    throw new InputError([{ input: 'temporary directory', message: `"${temporary}" ${why}`, hint }], { cause: error });
  }
}
