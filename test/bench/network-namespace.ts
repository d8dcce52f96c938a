import { randomBytes, randomInt } from 'node:crypto';
import { command } from './command.ts';

/** A network that a test makes for one process tree: loopback, and a wire to this machine. Needs root. */
export interface NetworkNamespace {
  /** This machine's address on the wire: a server that the inside may reach listens on it. */
  readonly gateway: string;
  /** A command that starts another one inside; the file system and everything else stay as they are. */
  readonly launcher: readonly string[];
  /** Lets connections to a port of the gateway pass. Everything else is refused at once. */
  allow(port: number): Promise<void>;
  /** How many packets to elsewhere were refused: connections that were tried, and names that were to be looked up. */
  refusals(): Promise<number>;
  stop(): Promise<void>;
}

/** Makes a network namespace. */
export async function makeNetworkNamespace(): Promise<NetworkNamespace> {
  const { gateway, inside } = wireAddresses();
  const name = `bench-${randomBytes(4).toString('hex')}`;
  await command('ip', ['netns', 'add', name]);
  const stop = async () => {
    // The wire goes with the end that is inside.
    await command('ip', ['netns', 'delete', name]);
  };
  const launcher = ['nsenter', `--net=/run/netns/${name}`, '--'];
  const within = (...line: readonly string[]) => command('ip', ['netns', 'exec', name, ...line]);
  try {
    await command('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', 'wire', 'netns', name]);
    await command('ip', ['address', 'add', `${gateway}/30`, 'dev', name]);
    await command('ip', ['link', 'set', name, 'up']);
    await within('ip', 'address', 'add', `${inside}/30`, 'dev', 'wire');
    await within('ip', 'link', 'set', 'wire', 'up');
    await within('ip', 'link', 'set', 'lo', 'up');
    // With a way to everywhere, whatever is tried comes by the rules and is counted.
    await within('ip', 'route', 'add', 'default', 'via', gateway);
    await within('iptables', '-A', 'OUTPUT', '-o', 'wire', '-j', 'REJECT');
    // The machine's name server may be on loopback, where nobody is here.
    await within('iptables', '-A', 'OUTPUT', '-o', 'lo', '-p', 'udp', '--dport', '53', '-j', 'REJECT');
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    gateway,
    launcher,
    allow: async (port) => {
      const rule = ['-d', gateway, '-p', 'tcp', '--dport', String(port), '-j', 'ACCEPT'];
      await within('iptables', '-I', 'OUTPUT', ...rule);
    },
    refusals: async () => {
      const rules = await within('iptables', '-L', 'OUTPUT', '-vnx');
      const counts = Array.from(rules.matchAll(/^\s*(\d+)\s+\d+\s+REJECT/gm), ([, packets]) => Number(packets));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    stop,
  };
}

/** A pair of addresses of the range for tests between networks (RFC 2544), which nobody routes. */
function wireAddresses(): { readonly gateway: string; readonly inside: string } {
  const first = 4 * randomInt(2 ** 15);
  const address = (last: number) => `198.${18 + (first >> 16)}.${(first >> 8) & 255}.${(first & 255) + last}`;
  return { gateway: address(1), inside: address(2) };
}
