import { InputError } from '../../errors/index.ts';
import type { BuildRequest, CreationTime } from '../../inputs/request.ts';
import type { SourceFacts } from '../../lifecycle/project-metadata.ts';
import type { Ports } from '../../ports/index.ts';

/**
 * The creation time to give to the lifecycle, seconds since 1970; undefined leaves its own, 1980.
 *
 * @throws InputError on `creation-time` when the app is in no Git repository
 */
export async function creationSeconds(time: CreationTime, app: string, ports: Ports): Promise<number | undefined> {
  switch (time.kind) {
    case 'none':
      return undefined;
    case 'now':
      return Math.floor(ports.clock.now() / 1000);
    case 'at':
      return time.seconds;
    case 'commit': {
      if (time.seconds !== undefined) return time.seconds;
      const seconds = Number(await git(['log', '-1', '--format=%ct'], app, ports));
      if (Number.isSafeInteger(seconds) && seconds > 0) return seconds;
      throw noRepository('creation-time', 'commit', app);
    }
  }
}

/**
 * Commit and repository for the image's project metadata, as pack finds them; what the CI knows, where there is no Git to ask.
 *
 * @throws InputError on `source-metadata` when the app is in no Git repository
 */
export async function gitFacts(
  { app: { path: app }, checkout }: Pick<BuildRequest, 'app' | 'checkout'>,
  ports: Ports,
): Promise<SourceFacts> {
  const commit = await git(['rev-parse', 'HEAD'], app, ports);
  if (commit === '' && checkout !== undefined) return { kind: 'git', ...checkout };
  if (commit === '') throw noRepository('source-metadata', 'git', app);
  const [describe, branch, tags, url] = await Promise.all([
    git(['describe', '--tags', '--always'], app, ports),
    git(['symbolic-ref', '--short', '-q', 'HEAD'], app, ports),
    git(['tag', '--points-at', 'HEAD'], app, ports),
    git(['remote', 'get-url', 'origin'], app, ports),
  ]);
  const refs = [branch, ...tags.split('\n')].filter((ref) => ref !== '');
  return { kind: 'git', commit, refs, ...(describe !== '' && { describe }), ...(url !== '' && { url }) };
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

function noRepository(input: string, value: string, app: string): InputError {
  const message = `"${value}" needs a commit, and "${app}" is in no Git repository that can be read`;
  return new InputError([
    {
      input,
      message,
      hint: "Check out the repository with its .git; if another user owns it, list it in Git's safe.directory. Or choose another value.",
    },
  ]);
}
