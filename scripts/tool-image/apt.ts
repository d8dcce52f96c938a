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
 * afterwards: it needs no root and changes nothing on the machine.
 *
 * @throws Error with apt's own reason
 */
export async function withApt<T>(options: AptOptions, use: (apt: Apt) => Promise<T>): Promise<T> {
  await mkdir(options.scratch, { recursive: true });
  const state = await mkdtemp(path.join(options.scratch, 'apt-'));
  try {
    const settings = await prepare(state, options);
    const apt: Apt = (args, directory = state) => {
      const environment = { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
      return command('apt-get', [...settings, ...args], { environment, directory });
    };
    await apt(['update']);
    return await use(apt);
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

async function prepare(state: string, { architecture, sources }: AptOptions): Promise<readonly string[]> {
  for (const folder of ['lists/partial', 'archives/partial'])
    await mkdir(path.join(state, folder), { recursive: true });
  await writeFile(path.join(state, 'status'), '');
  const settings = [
    `Dir::State=${state}`,
    `Dir::State::status=${path.join(state, 'status')}`,
    `Dir::Cache=${state}`,
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    // The list's only member: it would be the machine's own architectures.
    `APT::Architectures::=${architecture}`,
    'APT::Sandbox::User=root',
    'Acquire::ForceHash=SHA256',
    'Acquire::Languages=none',
    'Acquire::Retries=3',
  ];
  if (sources.kind === 'snapshot') {
    const list = path.join(state, 'sources.list');
    await writeFile(list, snapshotSources(sources.time));
    settings.push(`Dir::Etc::sourcelist=${list}`, 'Dir::Etc::sourceparts=/dev/null');
  }
  return settings.flatMap((setting) => ['-o', setting]);
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
