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
import { type BoundDirectory, boundDirectory } from './mounts.ts';
import { collectOutputs } from './outputs.ts';
import { removeContainer } from './removal.ts';

/** How files get in and out: mounted, or copied through the engine's archive interface. */
export type Handover = 'bind' | 'archive';

export interface RunPorts extends EnginePorts {
  /** Whether bind mounts are worth a try. */
  readonly mayBind: boolean;
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
  readonly handover: Handover;
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
  const bound = ports.mayBind ? await boundDirectory(run.directory) : undefined;
  const remove = async () => {
    await stopping;
    await removeContainer(client, container.name, ports.clock);
    await bound?.remove();
  };
  try {
    ports.running.add(container.name);
    const handover = await create(client, run, container, { ...ports, bound });
    const status = await execute(client, run, container, handover, ports);
    return { handover, status, removal: remove() };
  } catch (error) {
    await remove();
    throwIfCancelled(run.signal);
    throw error;
  } finally {
    ports.running.delete(container.name);
    run.signal.removeEventListener('abort', stop);
  }
}

async function create(
  client: ContainerClient,
  run: EngineRun,
  container: Container,
  { bound, ...ports }: EnginePorts & { readonly bound: BoundDirectory | undefined },
): Promise<Handover> {
  const cleared = await proxiesOfClient(client, ports);
  const args = (mounts: readonly string[]) => createArguments(client.facts, run, { ...container, mounts, cleared });
  const stopping = { signal: run.signal, ...UNINTERRUPTED };
  if (bound !== undefined) {
    const outcome = await client.run(args(bound.mounts), stopping);
    if (outcome.status === 0) return 'bind';
    throwIfCancelled(run.signal);
    ports.log.debug(`${client.facts.program} can't mount the build directory: ${reasonOf(outcome)}`);
  }
  await client.succeed(`the container can't be created`, args([]), stopping);
  return 'archive';
}

async function execute(
  client: ContainerClient,
  run: EngineRun,
  { name }: Container,
  handover: Handover,
  { log }: EnginePorts,
): Promise<number> {
  if (handover === 'archive') await fillContainer(client, run, name);
  throwIfCancelled(run.signal);
  const started = await client.run(['start', '--attach', name], {
    onLine: run.onLine,
    signal: run.signal,
    ...UNINTERRUPTED,
  });
  throwIfCancelled(run.signal);
  if (started.status !== 0) {
    const status = await containerStatus(client, name, started, log);
    if (handover === 'archive') await collectFailedLayers(client, run, name);
    return status;
  }
  if (handover === 'archive') await collectOutputs(client, run, name, log);
  throwIfCancelled(run.signal);
  return 0;
}
