import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { command } from '../command.ts';
import { type Launch, launchOf, type Node } from './container.ts';

/** A container that has ended. */
export interface EndedContainer {
  readonly name: string;
  readonly exitCode: number;
  /** What it has printed. */
  readonly log: string;
  /** As the Pod's status has it. */
  readonly status: object;
}

/** A Pod that has ended. */
export interface EndedPod {
  readonly initContainers: readonly EndedContainer[];
  /** None when an init container has failed. */
  readonly containers: readonly EndedContainer[];
  /** What the API server has of the Pod then. */
  readonly status: object;
}

interface DockerState {
  readonly ExitCode: number;
  readonly StartedAt: string;
  readonly FinishedAt: string;
}

/** Bytes of a termination message that the kubelet takes. */
const LONGEST_MESSAGE = 4096;
/** How long a Pod may run, in milliseconds: less than a test. */
const PATIENCE = 240_000;
/** When a container has started that has not. */
const NEVER = '0001-';

/**
 * Runs a Pod's containers in docker: init containers one after the other, then the others all at once.
 *
 * @throws Error when a container can't be started
 */
export async function runPod(node: Node): Promise<EndedPod> {
  const { spec } = node.pod;
  for (const image of new Set([...(spec.initContainers ?? []), ...spec.containers].map(({ image }) => image))) {
    await providedImage(image);
  }
  const initContainers: EndedContainer[] = [];
  for (const container of spec.initContainers ?? []) {
    const ended = await run(await launchOf(container, node));
    initContainers.push(ended);
    if (ended.exitCode !== 0) return endedPod(initContainers, []);
  }
  const launches = await Promise.all(spec.containers.map((container) => launchOf(container, node)));
  return endedPod(initContainers, await runTogether(launches));
}

/** All at once. One that can't be started would have the others wait for it. */
async function runTogether(launches: readonly Launch[]): Promise<readonly EndedContainer[]> {
  const running = launches.map(run);
  try {
    return await Promise.race([Promise.all(running), lateness()]);
  } catch (error) {
    await command('docker', ['rm', '--force', ...launches.map(({ id }) => id)]).catch(() => undefined);
    await Promise.allSettled(running);
    throw error;
  }
}

async function lateness(): Promise<never> {
  await delay(PATIENCE, undefined, { ref: false });
  throw new Error(`the Pod has not ended after ${PATIENCE / 1000} s`);
}

function endedPod(initContainers: readonly EndedContainer[], containers: readonly EndedContainer[]): EndedPod {
  const all = [...initContainers, ...containers];
  const status = {
    phase: all.every(({ exitCode }) => exitCode === 0) ? 'Succeeded' : 'Failed',
    initContainerStatuses: initContainers.map((container) => container.status),
    containerStatuses: containers.map((container) => container.status),
  };
  return { initContainers, containers, status };
}

/** `IfNotPresent`. */
async function providedImage(image: string): Promise<void> {
  await command('docker', ['image', 'inspect', image]).catch(() => command('docker', ['pull', '--quiet', image]));
}

async function run({ id, name, args, message }: Launch): Promise<EndedContainer> {
  try {
    const log = await output(['run', '--name', id, ...args], `${message}.log`);
    const state = await stateOf(id);
    if (state === undefined || state.StartedAt.startsWith(NEVER)) throw new Error(`docker did not run ${name}: ${log}`);
    const text = (await readFile(message)).subarray(0, LONGEST_MESSAGE).toString();
    return { name, exitCode: state.ExitCode, log, status: statusOf(name, state, text) };
  } finally {
    await command('docker', ['rm', '--force', id]).catch(() => undefined);
  }
}

async function stateOf(id: string): Promise<DockerState | undefined> {
  const text = await command('docker', ['inspect', '--format', '{{json .State}}', id]).catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as DockerState);
}

function statusOf(name: string, { ExitCode: exitCode, StartedAt, FinishedAt }: DockerState, message: string): object {
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return { name, state: { terminated: { exitCode, reason, message, startedAt: StartedAt, finishedAt: FinishedAt } } };
}

/** What docker and the container print, through one file, so that it stays in the order in which it came. */
async function output(args: readonly string[], file: string): Promise<string> {
  const log = await open(file, 'a');
  try {
    const child = spawn('docker', args, { stdio: ['ignore', log.fd, log.fd] });
    await new Promise((resolve, reject) => {
      child.on('error', reject).on('close', resolve);
    });
  } finally {
    await log.close();
  }
  return readFile(file, 'utf8');
}
