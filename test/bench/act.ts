import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ActLog, readActLog } from './act-log.ts';
import { command } from './command.ts';
import { GIT_ENVIRONMENT } from './git.ts';
import { program } from './tools.ts';

/** What is checked out when a workflow runs, in a repository of its own. */
export interface WorkflowOptions {
  /** The workflow, YAML. */
  readonly workflow: string;
  /** Contents of files by their paths. */
  readonly files?: Readonly<Record<string, string>>;
  /** Directories and files that are copied, by their paths there. */
  readonly copies?: Readonly<Record<string, string>>;
  /** Directories of actions that are used by their repositories: `owner/name@v1`. */
  readonly actions?: Readonly<Record<string, string>>;
  /** Default: a push to `main`, the default branch. */
  readonly event?: { readonly name: string; readonly payload?: object };
  /** `GITHUB_TOKEN` among them. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Variables that the runner itself gives to steps. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Home and temporary files of the runner's user; kept when given, so that a test may look into it. */
  readonly machine?: string;
  /** Gets act's process as soon as it runs. */
  readonly onStart?: (act: ChildProcess) => void;
  /** Called once when the output of act shows this text. */
  readonly when?: { readonly text: string; readonly then: (act: ChildProcess) => void };
}

export interface WorkflowOutcome extends ActLog {
  /** 0 when all jobs have succeeded. */
  readonly status: number | null;
}

/** `GITHUB_REPOSITORY` of every run. */
export const REPOSITORY = 'acme/shop';

/** What the payload of every event has. */
const PAYLOAD = { repository: { full_name: REPOSITORY, default_branch: 'main' } } as const;

const WORKFLOW = '.github/workflows/workflow.yml';

/**
 * Runs a GitHub workflow with act: its steps are processes of this machine, and its JavaScript actions run with the Node that we run with.
 * What of act differs from GitHub's runner is in `README.md`.
 */
export async function runWorkflow(options: WorkflowOptions): Promise<WorkflowOutcome> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'bench-act-'));
  try {
    const repository = path.join(scratch, 'repository');
    await checkOut(repository, options);
    const machine = options.machine ?? path.join(scratch, 'machine');
    for (const folder of ['home', 'tmp']) await mkdir(path.join(machine, folder), { recursive: true });
    const settings = await writeSettings(scratch, options);
    const { status, output } = await runAct(repository, settings, machine, options);
    return { status, ...readActLog(output) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function checkOut(directory: string, { workflow, files = {}, copies = {} }: WorkflowOptions): Promise<void> {
  for (const [name, source] of Object.entries(copies)) {
    await cp(source, path.join(directory, name), { recursive: true, verbatimSymlinks: true });
  }
  for (const [name, content] of Object.entries({ ...files, [WORKFLOW]: workflow })) {
    await mkdir(path.dirname(path.join(directory, name)), { recursive: true });
    await writeFile(path.join(directory, name), content);
  }
  const git = (...args: readonly string[]) => command('git', args, { directory, environment: GIT_ENVIRONMENT });
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', `https://github.com/${REPOSITORY}.git`);
  await git('add', '--all', '--force');
  await git('commit', '--quiet', '--message=bench');
}

/** Secrets and the event go to act in files, since everybody on the machine may read command lines. */
async function writeSettings(scratch: string, options: WorkflowOptions): Promise<readonly string[]> {
  const { event, secrets = {}, actions = {} } = options;
  const [secretFile, eventFile] = [path.join(scratch, 'secrets.yml'), path.join(scratch, 'event.json')];
  await writeFile(secretFile, JSON.stringify(secrets));
  await writeFile(eventFile, JSON.stringify({ ...PAYLOAD, ...(event?.payload ?? { ref: 'refs/heads/main' }) }));
  const repositories = Object.entries(actions).map(([name, directory]) => `--local-repository=${name}=${directory}`);
  const offline = repositories.length === 0 ? [] : ['--action-offline-mode', ...repositories];
  return [event?.name ?? 'push', '--secret-file', secretFile, '--eventpath', eventFile, ...offline];
}

async function runAct(
  repository: string,
  settings: readonly string[],
  machine: string,
  { environment, onStart, when }: WorkflowOptions,
): Promise<{ readonly status: number | null; readonly output: string }> {
  const fixed = ['--workflows', WORKFLOW, '--defaultbranch', 'main', '--platform', 'ubuntu-latest=-self-hosted'];
  const quiet = ['--json', '--no-cache-server', '--container-daemon-socket', '-', '--concurrent-jobs', '1'];
  const child = spawn(await program('act'), [...settings, ...fixed, ...quiet], {
    cwd: repository,
    env: { ...machineEnvironment(machine), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStart?.(child);
  let output = '';
  let waiting = when;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (waiting === undefined || !output.includes(waiting.text)) return;
      const { then } = waiting;
      waiting = undefined;
      then(child);
    });
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  return { status, output };
}

function machineEnvironment(machine: string): Readonly<Record<string, string>> {
  const { PATH = '' } = process.env;
  const [home, temporary] = [path.join(machine, 'home'), path.join(machine, 'tmp')];
  return {
    // act takes the first `node` there, whatever an action asks for.
    PATH: `${path.dirname(process.execPath)}:${PATH}`,
    HOME: home,
    XDG_CACHE_HOME: path.join(home, '.cache'),
    TMPDIR: temporary,
    // Else it asks its makers for news.
    ACT_DISABLE_VERSION_CHECK: '1',
  };
}
