import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeAuthority } from '../../bench/certificates.ts';
import { loopbackAddress } from '../../bench/listen.ts';
import { startRegistry } from '../../bench/registry.ts';
import { startCorporation } from './corporation.ts';
import type { GuideExample } from './guide.ts';
import { makeMachine, runAt } from './guide-machine.ts';

/** What the guide's readers would have for a password. */
const USERS = { ci: 'p@ss/word' };

type Example = Pick<GuideExample, 'commands' | 'files'>;

/** The company that docs/enterprise.md tells of, with its names, ports and files. */
export interface GuideWorld {
  /** Runs an example's commands as a user there; gives the lines that were printed, and the exit status where it is not 0. */
  run(example: Example): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/**
 * - `proxy.corp:3128`, which wants the password and leads to the registries below and to nothing else; it speaks TLS on port 3443
 * - `inspecting-proxy.corp:3128`, which looks into TLS as well
 * - `mirror.corp`, `registry.corp`: see `Corporation`
 * - `plain.corp`: a registry without TLS
 * - Docker Hub is out of reach.
 *
 * Files of every user: `corporate-root.pem`, `inspecting-proxy.pem`, `client.pem`, `client-key.pem`. Needs root and squid.
 */
export async function startGuideWorld(): Promise<GuideWorld> {
  const directory = await mkdtemp(path.join(tmpdir(), 'e2e-guide-'));
  const cleanups = [() => rm(directory, { recursive: true, force: true })];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const corporation = await startCorporation({ auth: { kind: 'basic', users: USERS } });
    cleanups.push(() => corporation.stop());
    const plain = await startRegistry({ name: 'plain.corp' });
    cleanups.push(() => plain.stop());
    const { root, client, mirror, registry } = corporation;
    const interceptor = await makeAuthority(path.join(directory, 'authority'), 'Inspecting Proxy');
    const proxies = { open: loopbackAddress(), inspecting: loopbackAddress() };
    const interception = { authority: interceptor, origins: root.certificateFile };
    await corporation.startProxy({ users: USERS, address: proxies.open, port: 3128 });
    const certificate = await root.issue('proxy.corp', { hosts: ['proxy.corp'] });
    await corporation.startProxy({ users: USERS, address: proxies.open, port: 3443, certificate });
    await corporation.startProxy({ users: USERS, address: proxies.inspecting, port: 3128, interception });
    const files = [
      { name: 'corporate-root.pem', content: root.certificate },
      { name: 'inspecting-proxy.pem', content: interceptor.certificate },
      { name: 'client.pem', content: client.certificate },
      { name: 'client-key.pem', content: client.key },
    ];
    const machine = await makeMachine(directory, {
      localhost: '127.0.0.1',
      'proxy.corp': proxies.open,
      'inspecting-proxy.corp': proxies.inspecting,
      'mirror.corp': mirror.address ?? '',
      'registry.corp': registry.address ?? '',
      'plain.corp': plain.address ?? '',
      'registry-1.docker.io': loopbackAddress(),
    });
    const run = async ({ commands, files: shown }: Example) => {
      const home = await mkdtemp(path.join(directory, 'home-'));
      return runAt(machine, { home, commands, files: [...files, ...shown] });
    };
    return { run, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
