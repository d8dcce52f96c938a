import path from 'node:path';
import type { InputError } from '../../errors/index.ts';
import { inputError } from '../../errors/problems.ts';
import { readGitHead } from '../../git/index.ts';
import type { AppSource, BuildRequest, CreationTime } from '../../inputs/request.ts';
import type { SourceFacts } from '../../lifecycle/project-metadata.ts';
import type { Ports } from '../../ports/index.ts';

/**
 * The creation time to give to the lifecycle, seconds since 1970; undefined leaves its own, 1980.
 *
 * @throws InputError on `creation-time` when the app is in no Git repository
 */
export function creationSeconds(
  time: CreationTime,
  app: AppSource,
  { clock }: Pick<Ports, 'clock'>,
): number | undefined {
  switch (time.kind) {
    case 'none':
      return undefined;
    case 'now':
      return Math.floor(clock.now() / 1000);
    case 'at':
      return time.seconds;
    case 'commit': {
      if (time.seconds !== undefined) return time.seconds;
      const head = readGitHead(app.kind === 'directory' ? app.path : path.dirname(app.path));
      if ('unreadable' in head) throw noCommit('creation-time', 'commit', head.unreadable);
      return head.commitTime;
    }
  }
}

/**
 * Commit and repository for the image's project metadata, as pack finds them; where there is no Git to ask, what the CI knows, or else what
 * the files of Git tell by themselves.
 *
 * @throws InputError on `source-metadata` when the app is in no Git repository
 */
export async function gitFacts(
  { app: { path: app }, checkout }: Pick<BuildRequest, 'app' | 'checkout'>,
  ports: Ports,
): Promise<SourceFacts> {
  const commit = await git(['rev-parse', 'HEAD'], app, ports);
  if (commit === '' && checkout !== undefined) return { kind: 'git', ...checkout };
  if (commit === '') return headFacts(app);
  const [describe, branch, tags, url] = await Promise.all([
    git(['describe', '--tags', '--always'], app, ports),
    git(['symbolic-ref', '--short', '-q', 'HEAD'], app, ports),
    git(['tag', '--points-at', 'HEAD'], app, ports),
    git(['remote', 'get-url', 'origin'], app, ports),
  ]);
  const refs = [branch, ...tags.split('\n')].filter((ref) => ref !== '');
  return { kind: 'git', commit, refs, ...(describe !== '' && { describe }), ...(url !== '' && { url }) };
}

function headFacts(app: string): SourceFacts {
  const head = readGitHead(app);
  if ('unreadable' in head) throw noCommit('source-metadata', 'git', head.unreadable);
  const { commit, branch, tags } = head;
  return { kind: 'git', commit, refs: [...(branch === undefined ? [] : [branch]), ...tags.toSorted()] };
}

/** The app may bring a configuration: as a bare repository among its files it would be taken for one, and can name programs to run. */
const HARMLESS = ['safe.bareRepository=explicit', 'core.fsmonitor=false', 'log.showSignature=false'];

/** The output of one Git command without its line end; empty when it fails or there is no Git. */
async function git(args: readonly string[], directory: string, { processes, signal }: Ports): Promise<string> {
  try {
    const { status, stdout } = await processes.run({
      file: 'git',
      args: ['-C', directory, ...HARMLESS.flatMap((setting) => ['-c', setting]), ...args],
      signal,
    });
    return status === 0 ? stdout.trimEnd() : '';
  } catch {
    return '';
  }
}

function noCommit(input: string, value: string, why: string): InputError {
  return inputError(
    input,
    `"${value}" needs a commit, and ${why}`,
    'Check out the repository with its .git, or choose another value.',
  );
}
