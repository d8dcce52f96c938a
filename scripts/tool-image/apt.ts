import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { command } from '../../test/bench/command.ts';
import type { Architecture } from './architecture.ts';
import { DEBIAN } from './pins.ts';

/** Where packages come from: what this machine's apt knows, or a state of Debian's archive by its time. */
export type Sources = { readonly kind: 'machine' } | { readonly kind: 'snapshot'; readonly time: string };

/** Whose packages are meant, and where apt may have a folder for a while. */
export interface AptOptions {
  readonly architecture: Architecture;
  readonly sources: Sources;
  readonly scratch: string;
}

/** Runs apt-get with arguments in a folder and gives what it prints. */
export type Apt = (args: readonly string[], directory?: string) => Promise<string>;

/**
 * Lets `use` work with an apt that has read the lists of one architecture. All of its state is in a folder of its own, which is removed
 * afterwards: it changes nothing on the machine.
 *
 * @throws Error with apt's own reason
 */
export async function withApt<T>(options: AptOptions, use: (apt: Apt) => Promise<T>): Promise<T> {
  await mkdir(options.scratch, { recursive: true });
  const state = await mkdtemp(path.join(options.scratch, 'apt-'));
  try {
    const apt = await privateApt(state, '', await settingsOf(state, options));
    await apt(['update']);
    return await use(apt);
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

/**
 * An apt-get with all of its state in a folder, where it needs no root.
 *
 * @param status what it takes for installed, as dpkg writes it
 * @param settings `NAME=VALUE`, beside its own
 */
export async function privateApt(state: string, status: string, settings: readonly string[]): Promise<Apt> {
  for (const folder of ['lists/partial', 'archives/partial'])
    await mkdir(path.join(state, folder), { recursive: true });
  await writeFile(path.join(state, 'status'), status);
  const own = [
    `Dir::State=${state}`,
    `Dir::State::status=${path.join(state, 'status')}`,
    `Dir::Cache=${state}`,
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::Retries=3',
  ];
  const options = [...own, ...settings].flatMap((setting) => ['-o', setting]);
  const environment = { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  return (args, directory = state) => command('apt-get', [...options, ...args], { environment, directory });
}

async function settingsOf(state: string, { architecture, sources }: AptOptions): Promise<readonly string[]> {
  const settings = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    // The list's only member: it would be the machine's own architectures.
    `APT::Architectures::=${architecture}`,
    'Acquire::ForceHash=SHA256',
  ];
  if (sources.kind === 'machine') return settings;
  const list = path.join(state, 'sources.list');
  await writeFile(list, snapshotSources(sources.time));
  return [...settings, `Dir::Etc::sourcelist=${list}`, 'Dir::Etc::sourceparts=/dev/null'];
}

/** Not signed as far as apt is concerned, since no other distribution has Debian's keys: the pins' hashes decide. */
function snapshotSources(time: string): string {
  const { codename } = DEBIAN;
  const archives = [
    ['debian', codename],
    ['debian', `${codename}-updates`],
    ['debian-security', `${codename}-security`],
  ];
  const line = ([archive = '', suite = '']: readonly string[]): string =>
    `deb [trusted=yes check-valid-until=no] https://snapshot.debian.org/archive/${archive}/${time} ${suite} main\n`;
  return archives.map(line).join('');
}
