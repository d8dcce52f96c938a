import { BuildpacksError } from '../../errors/index.ts';
import { environmentPairs, HOST_NAME } from '../environment.ts';
import type { EngineRun } from '../types.ts';
import type { ContainerFacts } from './client.ts';
import { bindMount } from './mounts.ts';

/** The label of every container of ours; its value is the run's random id. */
export const LABEL = 'buildpacks-ci';

/** The label that names the directory of its build, by which the containers of a killed build are found. */
export const DIRECTORY_LABEL = 'buildpacks-ci.directory';

export interface NewContainer {
  readonly name: string;
  readonly id: string;
  readonly image: string;
  /** Values of `--mount`, beside the user's own volumes. */
  readonly mounts: readonly string[];
  /** Set to be empty, since the command line would otherwise add values of its own. */
  readonly cleared: readonly string[];
}

/** The arguments of `create`: nothing of our environment, no capability, no way to gain one, no socket. */
export function createArguments(facts: ContainerFacts, run: EngineRun, container: NewContainer): readonly string[] {
  const [program, ...args] = run.command;
  if (program === undefined) throw new BuildpacksError('internal', 'there is no command to run');
  const mounts = [...container.mounts, ...run.volumes.map(bindMount)];
  return [
    'create',
    ...['--name', container.name, '--hostname', HOST_NAME],
    ...['--label', `${LABEL}=${container.id}`, '--label', `${DIRECTORY_LABEL}=${run.directory.root}`],
    ...['--pull', 'never', '--log-driver', 'none', '--no-healthcheck'],
    ...['--user', `${run.user.uid}:${run.user.gid}`, '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...(run.network === 'default' ? [] : ['--network', run.network]),
    ...mounts.flatMap((mount) => ['--mount', mount]),
    ...environmentArguments(run.environment, container.cleared),
    ...(facts.flavour === 'podman' ? ['--umask', '0022', '--http-proxy=false'] : []),
    ...['--entrypoint', program],
    container.image,
    ...args,
  ];
}

function environmentArguments(environment: EngineRun['environment'], cleared: readonly string[]): readonly string[] {
  const all = { ...Object.fromEntries(cleared.map((name) => [name, ''])), ...environment };
  return environmentPairs(all).flatMap((pair) => ['--env', pair]);
}
