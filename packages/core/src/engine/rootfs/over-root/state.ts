import { chmod, mkdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../../../errors/index.ts';
import { TOOL_FOLDER } from '../tool-folder.ts';
import type { User } from '../user.ts';
import type { ClosedDoor } from './doors.ts';
import type { WritablePlaces } from './writable-places.ts';

/** Only root may look into it. Gone with the container; written and read by one version of us only. */
const FOLDER = `${TOOL_FOLDER}/state`;
const LOCK = path.join(FOLDER, 'lock');

/** The builder that lies over the root. */
export interface Occupant {
  /** Of its manifest. */
  readonly digest: string;
  readonly name: string;
  /** Diff IDs of its layers that were left out. */
  readonly unusedLayers: readonly string[];
  /** What was there before it and is not ours. */
  readonly foreign: readonly string[];
  /** What came with it, and what is ours, in folders that others use as well; absent until it is all there. */
  readonly known?: readonly string[];
  readonly writable?: WritablePlaces;
  /** Its files are as they were unpacked. False while they are unpacked, while a build runs and after one that changed them. */
  readonly isWhole: boolean;
}

/** What is closed, and to whom. */
export interface Closed {
  readonly user: User;
  readonly doors: readonly ClosedDoor[];
}

/** What outlives our process in this container: the occupant, and what a killed build could not open again. */
interface State {
  readonly occupant: Occupant;
  readonly closed: Closed;
}

type Name = keyof State;

export async function readState<N extends Name>(name: N): Promise<State[N] | undefined> {
  const text = await readFile(fileOf(name), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as State[N]);
}

export async function writeState<N extends Name>(name: N, value: State[N]): Promise<void> {
  const file = fileOf(name);
  await writeFile(`${file}.new`, JSON.stringify(value), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function forgetState(name: Name): Promise<void> {
  await rm(fileOf(name), { force: true });
}

/**
 * Takes the root for a build of this process, until `leaveRoot`.
 *
 * @throws BuildpacksError `engine` while another build has it
 */
export async function takeRoot(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await chmod(FOLDER, 0o700);
  const self = await readlink('/proc/self');
  if (await lock(self)) return;
  const holder = await readFile(LOCK, 'utf8').catch(() => '');
  if (holder === self) return;
  if (await isProgramOfOurs(holder)) throw taken(holder);
  await rm(LOCK, { force: true });
  if (!(await lock(self))) throw taken(await readFile(LOCK, 'utf8').catch(() => 'that has just begun'));
}

/** Nothing happens while another process has it. */
export async function leaveRoot(): Promise<void> {
  const holder = await readFile(LOCK, 'utf8').catch(() => undefined);
  if (holder === (await readlink('/proc/self'))) await rm(LOCK, { force: true });
}

/** False when there is one. */
async function lock(holder: string): Promise<boolean> {
  try {
    await writeFile(LOCK, holder, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function taken(holder: string): BuildpacksError {
  return new BuildpacksError('engine', `another build (process ${holder}) runs in this container`, {
    hint: 'Run one after the other, or each in a container of its own.',
  });
}

async function isProgramOfOurs(pid: string): Promise<boolean> {
  return (await readlink(`/proc/${pid}/exe`).catch(() => '')).startsWith(`${TOOL_FOLDER}/`);
}

function fileOf(name: Name): string {
  return path.join(FOLDER, `${name}.json`);
}
