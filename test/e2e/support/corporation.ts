import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Authority, type Certificate, makeAuthority, withIntermediate } from '../../bench/certificates.ts';
import { buildpackDirectory, makeBuilder, makeRunImage, pushLayout } from '../../bench/images.ts';
import { type Registry, type RegistryOptions, startRegistry } from '../../bench/registry.ts';
import { type Squid, type SquidOptions, startSquid } from '../../bench/squid.ts';

/** The images of a company, as everybody in it names them. */
export const BUILDER = 'docker.io/corp/builder:1';
/** A builder that looks for secrets too. */
export const HUNTER = 'docker.io/corp/hunter:1';
export const RUN_IMAGE = 'docker.io/corp/run:1';
/** The password of `ci`, the only user of the proxy and of the registry. */
export const PASSWORD = 'canary-of-ci/@:%';
/** How the hunter is told what secrets begin with. */
export const HUNT = ['--env', `CANARY_HEX_PREFIX=${Buffer.from('canary-of').toString('hex')}`];
export const APP = ['--path', 'samples/apps/procfile'];

/** Registries that only a proxy leads to and only a private authority vouches for. Nothing outside knows their names. */
export interface Corporation {
  /** Vouches for both registries, by an intermediate. */
  readonly root: Authority;
  /** What `registry` wants to see of a client. */
  readonly client: Certificate;
  /** `mirror.corp`, which everybody may read: has Docker Hub's images below `hub`. */
  readonly mirror: Registry;
  /** `registry.corp`, where images go: wants a client certificate and the password. */
  readonly registry: Registry;
  /** Starts a squid that knows both, and nothing else; it wants the password. */
  startProxy(options?: SquidOptions): Promise<Squid>;
  stop(): Promise<void>;
}

/** Starts both registries. Needs root. */
export async function startCorporation(options: RegistryOptions = {}): Promise<Corporation> {
  const directory = await mkdtemp(path.join(tmpdir(), 'e2e-corporation-'));
  const cleanups = [() => rm(directory, { recursive: true, force: true })];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const root = await makeAuthority(path.join(directory, 'root'), 'Corporate Root');
    const clients = await makeAuthority(path.join(directory, 'clients'), 'Corporate Clients');
    const tls = await withIntermediate(root, { name: 'Corporate Servers' });
    const mirror = await startRegistry({ name: 'mirror.corp', tls });
    cleanups.push(() => mirror.stop());
    const auth = { kind: 'basic', users: { ci: PASSWORD } } as const;
    const registry = await startRegistry({ name: 'registry.corp', tls, clients, auth, ...options });
    cleanups.push(() => registry.stop());
    await fillHub(mirror, 'hub/');
    const hosts = { [mirror.host]: mirror.address ?? '', [registry.host]: registry.address ?? '' };
    const client = await clients.issue('ci', { client: true });
    const startProxy: Corporation['startProxy'] = async (more) => {
      const squid = await startSquid({ users: { ci: PASSWORD }, hosts, ...more });
      cleanups.push(() => squid.stop());
      return squid;
    };
    return { root, client, mirror, registry, startProxy, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Puts builders and run image where their names on Docker Hub are looked for. */
export async function fillHub(registry: Registry, namespace = ''): Promise<void> {
  const buildpacks = await Promise.all(['canary', 'procfile'].map(buildpackDirectory));
  const procfile = { id: 'samples/procfile' };
  const [runImage, builder, hunter] = await Promise.all([
    makeRunImage(),
    makeBuilder({ buildpacks, order: [[procfile]], runImage: RUN_IMAGE }),
    makeBuilder({ buildpacks, order: [[{ id: 'test/canary' }, procfile]], runImage: RUN_IMAGE }),
  ]);
  const images = { [RUN_IMAGE]: runImage, [BUILDER]: builder, [HUNTER]: hunter };
  for (const [reference, { layout }] of Object.entries(images)) {
    await pushLayout(layout, reference.replace('docker.io/', `${registry.backDoor}/${namespace}`), registry.access);
  }
}
