import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  BUILD_SCRIPT,
  type BuildResult,
  createProcessRunner,
  type HandOverTerms,
  jobTools,
  parseInputs,
  prepareStaged,
  publishStaged,
  type RawInputs,
} from '../../../packages/core/src/index.ts';
import { command } from '../../bench/command.ts';
import { loadToolImage } from '../../bench/tool-image.ts';
import { corePorts, NO_CONNECTION } from './ports.ts';

/** The folders that three jobs hand on, and the plan's digest, which goes another way. */
export interface HandOver {
  readonly prepared: string;
  readonly built: string;
  readonly planDigest: Awaited<ReturnType<typeof prepareStaged>>;
}

/** The tool image's own folder, as a job in it has it; the caller removes it. */
export async function toolFolder(): Promise<string> {
  const image = await loadToolImage();
  const directory = await mkdtemp(path.join(tmpdir(), 'e2e-tools-'));
  const container = (await command('docker', ['create', image, 'true'])).trim();
  try {
    await command('docker', ['cp', `${container}:/opt/buildpacks-ci/.`, directory]);
  } finally {
    await command('docker', ['rm', container]);
  }
  return directory;
}

export interface PrepareOptions {
  readonly inputs: RawInputs;
  /** A new directory for what is handed over. */
  readonly directory: string;
  readonly tools: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly bindings?: boolean;
  readonly limit?: number;
}

/** As an adapter has them. */
function termsWith(bytes: number, bindings: boolean): HandOverTerms {
  return {
    otherUser: 'set the inputs uid and gid',
    ...(!bindings && { noBindings: { message: 'all may read them', hint: 'Leave them out.' } }),
    limit: { bytes, input: 'artifact-limit', advice: 'it may be refused' },
  };
}

/** The first job. */
export async function prepareJob(options: PrepareOptions): Promise<HandOver> {
  const { inputs, directory, tools, environment = {}, bindings = false, limit = 100 * 1024 ** 2 } = options;
  const ports = corePorts({ environment });
  const request = parseInputs(inputs, {
    environment,
    workingDirectory: process.cwd(),
    now: Date.now(),
    architecture: ports.machine.architecture,
    facts: { trust: 'trusted' },
  });
  const prepared = path.join(directory, 'prepare');
  const found = await jobTools(tools, createProcessRunner());
  const planDigest = await prepareStaged(
    request,
    { prepared, tools: found, builderName: String(inputs['builder']), terms: termsWith(limit, bindings) },
    ports,
  );
  // As GitLab's runner leaves it: anybody may write.
  await chmod(directory, 0o777);
  return { prepared, built: path.join(directory, 'run'), planDigest };
}

export interface RunOptions {
  /** The builder image, by digest. */
  readonly builder: string;
  /** Default: the image's own. */
  readonly user?: string;
  readonly umask?: string;
  /** What runs the script; default `sh`. */
  readonly shell?: readonly [string, ...string[]];
  /** More arguments of `docker run`. */
  readonly args?: readonly string[];
  /** Of the docker command line. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Run before the script, in the same shell. */
  readonly before?: string;
}

export interface JobOutcome {
  readonly status: number;
  readonly output: string;
}

/** The second job: a container of the builder image that may do nothing, with the script and nothing else of ours. */
export async function runJob({ prepared, built }: HandOver, options: RunOptions): Promise<JobOutcome> {
  const { builder, user, umask = '000', args = [], environment = {}, before = '', shell = ['sh'] } = options;
  const [program, ...more] = shell;
  const folder = path.dirname(built);
  const lines: string[] = [];
  const { status } = await createProcessRunner({ environment: { ...ownPath(), ...environment } }).run({
    file: 'docker',
    args: [
      ...['run', '--rm', '--network', 'none', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
      ...['--volume', `${folder}:/builds/project/.buildpacks-ci`, '--workdir', '/builds/project'],
      ...['--volume', `${prepared}:/builds/project/.buildpacks-ci/prepare:ro`],
      ...(user === undefined ? [] : ['--user', user]),
      ...args,
      ...['--entrypoint', program, builder, ...more, '-c', `umask ${umask}\n${before}\n${BUILD_SCRIPT}`],
    ],
    onLine: (line) => lines.push(line),
  });
  return { status: status ?? -1, output: lines.join('\n') };
}

function ownPath(): Readonly<Record<string, string>> {
  return { PATH: process.env['PATH'] ?? '' };
}

/** The third job. */
export async function publishJob(
  { prepared, built, planDigest }: HandOver,
  environment: Readonly<Record<string, string>> = {},
): Promise<BuildResult> {
  const result = path.join(path.dirname(built), 'result.json');
  return publishStaged(
    { prepared, built, planDigest, result },
    { connection: NO_CONNECTION, policies: [] },
    corePorts({ environment }),
  );
}

/** The names in an archive that was handed over. */
export async function archived(folder: string, name: string): Promise<readonly string[]> {
  return (await command('tar', ['--zstd', '-tf', path.join(folder, name)])).split('\n').filter((line) => line !== '');
}
