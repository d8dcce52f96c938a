import { once } from 'node:events';
import { createServer, isIPv4 } from 'node:net';
import { hostname } from 'node:os';
import { asArray, asRecord, asText, type JsonRecord, parseJson } from '../../json/json.ts';
import type { RelayPlace } from '../types.ts';
import type { ContainerClient } from './client.ts';

/** What the engine calls the network that a container gets when nothing is said. */
const DEFAULT_NETWORKS = { docker: 'bridge', podman: 'podman' } as const;

/**
 * Where a relay can be reached from containers on a network: on loopback when they share ours, on the gateway of a bridge of this
 * machine. What a rootless or remote engine has is a network of its own that doesn't lead to us.
 *
 * @param running the names of the containers of our runs: only these may use a relay on a bridge, where others are attached too
 */
export async function relayPlace(
  client: ContainerClient,
  network: string,
  running: ReadonlySet<string>,
): Promise<RelayPlace> {
  const { program, flavour, rootless } = client.facts;
  const nowhere = (reason: string): RelayPlace => ({ kind: 'nowhere', reason });
  if (!(await isLocal(client))) return nowhere(`${program} does not run on this machine`);
  const shared = network === 'host';
  // Rootless Podman's host network is ours, rootless Docker's that of its own namespace.
  if (rootless && flavour === 'docker') return nowhere(`${program} runs without root`);
  if (shared) return { kind: 'here', address: '127.0.0.1', admits: () => Promise.resolve(true) };
  if (rootless) return nowhere(`${program} runs without root, and only its network "host" leads to this machine`);

  const gateway = await gatewayOf(client, network === 'default' ? DEFAULT_NETWORKS[flavour] : network);
  if (gateway === undefined || !(await isOurs(gateway))) {
    return nowhere(`the network "${network}" of ${program} does not lead to this machine; its network "host" does`);
  }
  return { kind: 'here', address: gateway, admits: admission(client, running) };
}

/** The host name tells a virtual machine or another container from ours, the endpoint another machine of the same name. */
async function isLocal(client: ContainerClient): Promise<boolean> {
  if (client.facts.machine !== hostname()) return false;
  if (client.facts.flavour === 'podman') return true;
  const { stdout } = await client.run(['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']);
  return stdout.startsWith('unix://');
}

async function gatewayOf(client: ContainerClient, network: string): Promise<string | undefined> {
  const { stdout } = await client.run(['network', 'inspect', network]);
  const found = asRecord(asArray(parseJson(stdout))[0]) ?? {};
  const isDocker = client.facts.flavour === 'docker';
  const subnets = isDocker ? asRecord(found['IPAM'])?.['Config'] : found['subnets'];
  return texts(asArray(subnets).map(asRecord), isDocker ? 'Gateway' : 'gateway').find(isIPv4);
}

/** Tried out: Node's list of addresses leaves out a bridge that no container is attached to yet. */
async function isOurs(address: string): Promise<boolean> {
  const server = createServer().listen(0, address);
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** Asks the engine for a container's addresses when somebody connects; they stay the same while it runs. */
function admission(client: ContainerClient, running: ReadonlySet<string>): (remote: string) => Promise<boolean> {
  const known = new Map<string, Promise<readonly string[]>>();
  const addressesOf = async (container: string): Promise<readonly string[]> => {
    const asked = known.get(container) ?? containerAddresses(client, container);
    known.set(container, asked);
    const addresses = await asked;
    // It has not started yet.
    if (addresses.length === 0) known.delete(container);
    return addresses;
  };
  return async (remote) => (await Promise.all([...running].map(addressesOf))).flat().includes(remote);
}

async function containerAddresses(client: ContainerClient, container: string): Promise<readonly string[]> {
  const { stdout } = await client.run(['container', 'inspect', '--format', '{{json .NetworkSettings}}', container]);
  const settings = asRecord(parseJson(stdout)) ?? {};
  const networks = Object.values(asRecord(settings['Networks']) ?? {}).map(asRecord);
  return ['IPAddress', 'GlobalIPv6Address'].flatMap((field) => texts([settings, ...networks], field));
}

function texts(records: readonly (JsonRecord | undefined)[], field: string): readonly string[] {
  return records.map((record) => asText(record?.[field]) ?? '').filter((text) => text !== '');
}
