import { BuildpacksError } from '../../errors/index.ts';
import { plainText } from '../../log/terminal-text.ts';
import type { Log } from '../../ports/index.ts';
import type { Digest } from '../../reference/index.ts';
import type { BundleSource } from './bundle-source.ts';
import { type LoadableContent, readContent } from './check-content.ts';
import { checkFiles } from './check-files.ts';
import { verifiedFiles } from './verified-files.ts';

/** A bundle that may be pushed. */
export interface CheckedBundle extends LoadableContent {
  readonly source: BundleSource;
  /** Of `SHA256SUMS`. */
  readonly digest: Digest;
}

/** More of them tell nothing new. */
const MAX_SHOWN = 20;

/**
 * Reads every byte of a bundle, before anything of it is used. What is read again later is compared again: small files here, blobs by the
 * registry, and dependencies where they are written.
 *
 * @param expected the digest of the bundle that is meant; undefined: any
 * @param log is told how many bytes are read
 * @throws BuildpacksError `image` that names everything that is wrong with it, `policy` when it is not the one that is meant
 */
export async function checkBundle(
  source: BundleSource,
  expected: Digest | undefined,
  log?: Pick<Log, 'progress'>,
): Promise<CheckedBundle> {
  const { damages, isCluttered, digest, sums } = await checkFiles(source, expected, log);
  if (isCluttered === true) throw clutteredBundle(source, damages);
  if (digest === undefined || sums === undefined || damages.length > 0) throw damagedBundle(source, damages);
  const wrong: string[] = [];
  try {
    const content = await readContent(verifiedFiles(source, sums), (what) => wrong.push(what));
    if (wrong.length === 0) return { ...content, source, digest };
  } catch (error) {
    if (!(error instanceof BuildpacksError) || (error.code !== 'image' && error.code !== 'input')) throw error;
    wrong.push(...error.message.split('\n'));
  }
  throw damagedBundle(source, wrong);
}

function damagedBundle({ name }: BundleSource, damages: readonly string[]): BuildpacksError {
  return new BuildpacksError('image', `"${name}" is damaged, and nothing of it was pushed:${listed(damages)}`, {
    hint: 'Copy what is named here again from where the bundle was made; sha256sum tells whether the copy is right.',
  });
}

function clutteredBundle({ name }: BundleSource, damages: readonly string[]): BuildpacksError {
  return new BuildpacksError(
    'image',
    `"${name}" holds more than a bundle, and nothing of it was pushed:${listed(damages)}`,
    {
      hint: 'Remove what is named here. File managers and file systems leave such files behind.',
    },
  );
}

function listed(damages: readonly string[]): string {
  const lines = damages.slice(0, MAX_SHOWN).map((damage) => `\n  ${plainText(damage)}`);
  return `${lines.join('')}${damages.length > MAX_SHOWN ? `\n  and ${damages.length - MAX_SHOWN} more` : ''}`;
}
