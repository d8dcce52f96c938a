import { onTestFinished } from 'vitest';
import { parseConnectionInputs, type RawInputs } from '../../src/inputs/index.ts';
import { createNetwork, type NetworkOptions } from '../../src/network/index.ts';
import { type Network, SILENT_LOG } from '../../src/ports/index.ts';

export type TestNetworkOptions = Partial<Omit<NetworkOptions, 'inputs'>>;

/**
 * The network that these inputs make, closed when the test ends. It trusts nobody but whom they name: the machine's certificates are left
 * out, so that it is fast, and no user's directory is looked into.
 */
export function openNetwork(inputs: RawInputs = {}, options: TestNetworkOptions = {}): Network {
  const { environment = {}, clock = Date, log = SILENT_LOG } = options;
  const network = createNetwork({
    inputs: parseConnectionInputs(inputs, { environment, workingDirectory: '/', now: clock.now() }),
    environment,
    home: '/nonexistent',
    clock,
    log,
    signal: new AbortController().signal,
    places: { files: [], directories: [] },
    ...options,
  });
  onTestFinished(() => network.close());
  return network;
}
