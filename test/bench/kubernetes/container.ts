import { randomUUID } from 'node:crypto';
import { chmod, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { accountOf, accountsWith } from './account.ts';
import type { ClusterData } from './cluster.ts';
import type { Container, Pod, SecurityContext } from './pod.ts';
import { environmentOf, expand } from './variables.ts';
import { mountedFolder, type Volumes } from './volumes.ts';

/** The machine that a Pod runs on, as its containers see it. */
export interface Node {
  readonly pod: Pod;
  readonly cluster: ClusterData;
  readonly volumes: Volumes;
  /** For what belongs to one container. */
  readonly directory: string;
  /** The user that the namespace has, if it has one: the container runtime is then CRI-O. */
  readonly user?: number;
}

/** What to run for a container. */
export interface Launch {
  /** The container in docker. */
  readonly id: string;
  /** The container in the Pod. */
  readonly name: string;
  /** For `docker run`. */
  readonly args: readonly string[];
  /** The file with the container's termination message. */
  readonly message: string;
}

const MESSAGE = '/dev/termination-log';

/**
 * The container in the words of docker: its user, rights, variables and volumes are those of the Pod. Only the network is not: it is this
 * machine's, where the tests' registries are.
 *
 * @throws Error with the kubelet's reason for not starting the container
 */
export async function launchOf(container: Container, node: Node): Promise<Launch> {
  const { pod, cluster, directory } = node;
  const { name } = container;
  const account = await accountOf(container, pod);
  if (account.refusal !== undefined) throw new Error(`${name}: ${account.refusal}`);
  const environment = environmentOf(container, pod, cluster);
  const message = path.join(directory, `message-${name}`);
  await writeFile(message, '');
  await chmod(message, 0o666);
  const [program, ...command] = [...(container.command ?? []), ...(container.args ?? [])].map((text) =>
    expand(text, environment),
  );
  if (container.command === undefined || program === undefined) throw new Error(`${name} has no command`);
  const args = [
    ...['--network', 'host', '--entrypoint', program],
    ...(account.user === undefined ? [] : ['--user', account.user]),
    ...rightsOf(container.securityContext ?? {}, pod),
    ...groupsOf(pod).flatMap((group) => ['--group-add', String(group)]),
    ...(container.workingDir === undefined ? [] : ['--workdir', container.workingDir]),
    ...Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...(await mountsOf(container, node, environment)),
    ...mount(message, container.terminationMessagePath ?? MESSAGE),
  ];
  return { id: `bench-pod-${randomUUID()}`, name, args: [...args, container.image, ...command], message };
}

function rightsOf(own: SecurityContext, { spec }: Pod): readonly string[] {
  if (own.privileged === true) throw new Error('the bench runs no privileged container');
  const { add = [], drop = [] } = own.capabilities ?? {};
  const seccomp = (own.seccompProfile ?? spec.securityContext?.seccompProfile)?.type ?? 'Unconfined';
  return [
    ...(own.allowPrivilegeEscalation === false ? ['--security-opt', 'no-new-privileges'] : []),
    ...(seccomp === 'Unconfined' ? ['--security-opt', 'seccomp=unconfined'] : []),
    ...(own.readOnlyRootFilesystem === true ? ['--read-only'] : []),
    ...drop.flatMap((name) => ['--cap-drop', name]),
    ...add.flatMap((name) => ['--cap-add', name]),
  ];
}

function groupsOf({ spec: { securityContext = {} } }: Pod): readonly number[] {
  const { fsGroup, supplementalGroups = [] } = securityContext;
  return fsGroup === undefined ? supplementalGroups : [fsGroup, ...supplementalGroups];
}

async function mountsOf(
  container: Container,
  { volumes, user, directory }: Node,
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const args: string[] = [];
  for (const { name, mountPath, readOnly, subPath, subPathExpr } of container.volumeMounts ?? []) {
    const volume = volumes[name];
    if (volume === undefined) throw new Error(`${container.name} mounts "${name}", which is no volume of the Pod`);
    const source = await mountedFolder(volume.folder, subPath ?? expand(subPathExpr ?? '', environment));
    args.push(...mount(await realpath(source), mountPath, readOnly === true || volume.readOnly ? ',readonly' : ''));
  }
  if (user === undefined) return args;
  const accounts = await accountsWith(user, container.image, path.join(directory, `etc-${container.name}`));
  return accounts === undefined ? args : [...args, ...mount(accounts, '/etc/passwd')];
}

function mount(source: string, target: string, options = ''): readonly string[] {
  return ['--mount', `type=bind,source=${source},target=${target}${options}`];
}
