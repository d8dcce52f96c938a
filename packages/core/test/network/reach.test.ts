import { describe, expect, it } from 'vitest';
import { EVERYWHERE, OfflineRefusal, onlyTo } from '../../src/network/reach.ts';

describe('what may be reached offline', () => {
  it.each<[named: string, asked: string]>([
    ['registry.corp', 'registry.corp'],
    ['registry.corp', 'REGISTRY.corp'],
    ['registry.corp', 'registry.corp.'],
    ['registry.corp:5000', 'registry.corp'],
    ['registry.corp', 'registry.corp:443'],
    ['127.0.0.1:5000', '127.0.0.1'],
    ['[::1]:5000', '::1'],
    ['[0:0:0:0:0:0:0:1]', '[::1]:80'],
  ])('%s leads to %s', (named, asked) => {
    const reach = onlyTo([named]);
    expect(reach.allows(asked)).toBe(true);
    expect(() => {
      reach.require(asked);
    }).not.toThrow();
  });

  it.each<[named: string, asked: string]>([
    ['registry.corp', 'corp'],
    ['registry.corp', 'a.registry.corp'],
    ['registry.corp', 'registry.corp.example'],
    ['registry.corp', 'notregistry.corp'],
    ['127.0.0.1', '127.0.0.2'],
    ['127.0.0.1', '::ffff:127.0.0.1'],
    ['registry.corp', ''],
  ])('%s does not lead to %s', (named, asked) => {
    const reach = onlyTo([named]);
    expect(reach.allows(asked)).toBe(false);
    expect(() => {
      reach.require(asked);
    }).toThrow(OfflineRefusal);
  });

  it('is what was admitted, too', () => {
    const reach = onlyTo([]);
    reach.admit('registry.corp:5000');
    expect(reach.allows('registry.corp')).toBe(true);
  });

  it('is everything without offline', () => {
    expect(EVERYWHERE.allows('anything.example')).toBe(true);
  });
});

describe('a refusal', () => {
  const refusal = new OfflineRefusal('cdn.example');

  it('names the host and the input that helps', () => {
    expect(refusal.code).toBe('policy');
    expect(refusal.message).toContain('cdn.example is none of them');
    expect(refusal.hint).toBe('If cdn.example is in the closed network, name it in offline-hosts.');
  });

  it.each([
    ['registry.corp', "can't read the blob, for which registry.corp sends us away: with offline"],
    ['cdn.example', "can't read the blob: with offline"],
    [undefined, "can't read the blob: with offline"],
  ])('says what was asked for, and who sent us when we turned to %s', (asked, expected) => {
    expect(refusal.during('read the blob', asked).message).toContain(expected);
  });
});
