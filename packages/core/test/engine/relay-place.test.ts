import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { containerClient, type ContainerFacts } from '../../src/engine/container/client.ts';
import { relayPlace } from '../../src/engine/container/relay-place.ts';
import type { ProcessRunner } from '../../src/ports/index.ts';

interface Case {
  readonly facts?: Partial<ContainerFacts>;
  readonly network?: string;
  /** What the command line answers, by its first two words. */
  readonly answers?: Readonly<Record<string, string>>;
}

const ANSWERS: Readonly<Record<string, string>> = {
  'context inspect': 'unix:///run/docker.sock\n',
  'network inspect': '[{"IPAM":{"Config":[{"Subnet":"::/64","Gateway":"::1"},{"Gateway":"127.0.0.2"}]}}]',
  'container inspect': '{"IPAddress":"172.17.0.9","Networks":{"more":{"IPAddress":"172.18.0.9"}}}',
};
const PODMAN_NETWORK = { 'network inspect': '[{"subnets":[{"subnet":"127.0.0.0/8","gateway":"127.0.0.3"}]}]' };

async function placeOf({ facts, network = 'default', answers }: Case, running: ReadonlySet<string> = new Set()) {
  const processes: ProcessRunner = {
    run: ({ args }) => {
      const stdout = { ...ANSWERS, ...answers }[args.slice(0, 2).join(' ')] ?? '';
      return Promise.resolve({ status: 0, signal: null, stdout, stderr: '' });
    },
  };
  const common = { version: '1', architecture: 'amd64', sharesFiles: true, rootless: false, machine: hostname() };
  const client = containerClient({ program: 'docker', flavour: 'docker', ...common, ...facts }, processes);
  const place = await relayPlace(client, network, running);
  return place.kind === 'here' ? place : place.kind;
}

/** The gateways above are on loopback, so that they are this machine's. */
describe('a relay for containers', () => {
  it.each<[string, Case, string]>([
    ["the gateway of docker's network", {}, '127.0.0.2'],
    ["the gateway of Podman's network", { facts: { flavour: 'podman' }, answers: PODMAN_NETWORK }, '127.0.0.3'],
    ["loopback for the host's network", { network: 'host' }, '127.0.0.1'],
    [
      "loopback for the host's network of rootless Podman",
      { network: 'host', facts: { flavour: 'podman', rootless: true } },
      '127.0.0.1',
    ],
  ])('listens on %s', async (_, given, address) => {
    expect(await placeOf(given)).toMatchObject({ address });
  });

  it.each<[string, Case]>([
    ['another machine', { facts: { machine: 'another.machine' } }],
    ['a machine of the same name', { answers: { 'context inspect': 'ssh://user@build' } }],
    ['rootless docker', { facts: { rootless: true } }],
    ['the host network of rootless docker', { facts: { rootless: true }, network: 'host' }],
    ['rootless Podman', { facts: { flavour: 'podman', rootless: true }, answers: PODMAN_NETWORK }],
    [
      'a gateway that is not ours',
      { answers: { 'network inspect': '[{"IPAM":{"Config":[{"Gateway":"192.0.2.77"}]}}]' } },
    ],
    ['a network without a gateway', { answers: { 'network inspect': '[{"IPAM":{"Config":[]}}]' } }],
    ['a network that the engine does not have', { answers: { 'network inspect': '[]' } }],
  ])('has no place: %s', async (_, given) => {
    expect(await placeOf(given)).toBe('nowhere');
  });

  it('is for the container of the run alone, by all of its addresses', async () => {
    const running = new Set<string>();
    const place = await placeOf({}, running);
    if (place === 'nowhere') throw new Error('it has no place');
    const asked = () => Promise.all(['172.17.0.9', '172.18.0.9', '172.17.0.8'].map(place.admits));
    expect(await asked()).toEqual([false, false, false]);
    running.add('buildpacks-ci-1');
    expect(await asked()).toEqual([true, true, false]);
    running.clear();
    expect(await asked()).toEqual([false, false, false]);
  });
});
