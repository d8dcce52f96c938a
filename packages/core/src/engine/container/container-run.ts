import { randomBytes } from 'node:crypto';
import { throwIfCancelled } from '../cancellation.ts';
import type { EnginePorts } from '../ports.ts';
import type { EngineRun } from '../types.ts';
import { type ContainerClient, reasonOf } from './client.ts';
import { proxiesOfClient } from './client-proxies.ts';
import { containerStatus } from './container-state.ts';
import { createArguments } from './create-arguments.ts';
import { collectFailedLayers } from './failed-layers.ts';
import { fillContainer } from './fill.ts';
import { type BoundDirectory, boundDirectory, type Mounted } from './mounts.ts';
import { collectOutputs } from './outputs.ts';
import { removeContainer } from './removal.ts';

export interface RunPorts extends EnginePorts {
  /** Which bind mounts are worth a try. */
  readonly mayMount: Mounted;
  /** Has the container's name from before it is made until it has ended. */
  readonly running: Set<string>;
}

interface Container {
  readonly name: string;
  readonly id: string;
  readonly image: string;
}

/**
 * Creating may not be cut short: the engine would go on, and leave a container behind that nobody removes. In milliseconds.
 * The same for a start, which ends as soon as the container is removed.
 */
const UNINTERRUPTED = { stopAfter: 20_000, killAfter: 1_000 } as const;

export interface ContainerOutcome {
  /** Of the container's own process. */
  readonly status: number;
  readonly mounted: Mounted;
  /** The container is being removed. It has ended already: nobody need wait who only wants what it left. */
  readonly removal: Promise<void>;
}

/**
 * Creates, fills, starts, reads and removes one container. Its processes live in a namespace that ends with it. After a failure it is
 * gone before the failure is told.
 */
export async function runContainer(
  client: ContainerClient,
  run: EngineRun,
  image: string,
  ports: RunPorts,
): Promise<ContainerOutcome> {
  throwIfCancelled(run.signal);
  const id = randomBytes(8).toString('hex');
  const container = { id, name: `buildpacks-ci-${id}`, image };
  let stopping = Promise.resolve();
  const stop = () => {
    stopping = removeContainer(client, container.name, ports.clock).catch(() => undefined);
  };
  run.signal.addEventListener('abort', stop, { once: true });
  const bound = await boundDirectory(run.directory, ports.mayMount);
  const remove = async () => {
    await stopping;
    await removeContainer(client, container.name, ports.clock);
    await bound?.remove();
  };
  try {
    ports.running.add(container.name);
    const mounted = (await create(client, run, container, { ...ports, bound })) ? ports.mayMount : 'nothing';
    const status = await execute(client, run, container, mounted, ports);
    return { mounted, status, removal: remove() };
  } catch (error) {
    await remove();
    throwIfCancelled(run.signal);
    throw error;
  } finally {
    ports.running.delete(container.name);
    run.signal.removeEventListener('abort', stop);
  }
}

/** @returns whether what is bound is mounted */
async function create(
  client: ContainerClient,
  run: EngineRun,
  container: Container,
  { bound, ...ports }: EnginePorts & { readonly bound: BoundDirectory | undefined },
): Promise<boolean> {
  const cleared = await proxiesOfClient(client, ports);
  const args = (mounts: readonly string[]) => createArguments(client.facts, run, { ...container, mounts, cleared });
  const stopping = { signal: run.signal, ...UNINTERRUPTED };
  if (bound !== undefined) {
    const outcome = await client.run(args(bound.mounts), stopping);
    if (outcome.status === 0) return true;
    throwIfCancelled(run.signal);
    ports.log.debug(`${client.facts.program} can't mount the build directory: ${reasonOf(outcome)}`);
  }
  await client.succeed(`the container can't be created`, args([]), stopping);
  return false;
}

async function execute(
  client: ContainerClient,
  run: EngineRun,
  { name }: Container,
  mounted: Mounted,
  { log }: EnginePorts,
): Promise<number> {
  if (mounted !== 'all') await fillContainer(client, run, name, mounted);
  throwIfCancelled(run.signal);
  const started = await client.run(['start', '--attach', name], {
    onLine: run.onLine,
    signal: run.signal,
    ...UNINTERRUPTED,
  });
  throwIfCancelled(run.signal);
  if (started.status !== 0) {
    const status = await containerStatus(client, name, started, log);
    if (mounted !== 'all') await collectFailedLayers(client, run, name);
    return status;
  }
  if (mounted !== 'all') await collectOutputs(client, run, name, log);
  throwIfCancelled(run.signal);
  return 0;
}
