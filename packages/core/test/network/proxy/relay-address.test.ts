import { describe, expect, it } from 'vitest';
import { type BuildNetwork, relayAddress } from '../../../src/network/proxy/index.ts';

describe('where a relay listens', () => {
  it.each<[string, BuildNetwork, string | undefined]>([
    ['loopback for a shared network', { shared: true, local: false }, '127.0.0.1'],
    ["the bridge's gateway when it is ours", { shared: false, local: true, gateway: '172.17.0.1' }, '172.17.0.1'],
    ['nowhere for a gateway in a virtual machine', { shared: false, local: true, gateway: '192.168.65.1' }, undefined],
    ['nowhere for an engine elsewhere', { shared: false, local: false, gateway: '172.17.0.1' }, undefined],
    ['nowhere without a gateway', { shared: false, local: true }, undefined],
  ])('is %s', (_, network, expected) => {
    expect(relayAddress(network, ['127.0.0.1', '172.17.0.1'])).toBe(expected);
  });
});
