import { describe, expect, it } from 'vitest';
import { classifyHost } from '../../src/network/index.ts';

describe('classifyHost', () => {
  it.each([
    ['registry.example', 'public'],
    ['8.8.8.8', 'public'],
    ['localhost', 'loopback'],
    ['localhost.', 'loopback'],
    ['a.localhost', 'loopback'],
    ['localhost.example', 'public'],
    ['127.8.9.1', 'loopback'],
    ['[::1]', 'loopback'],
    ['[::ffff:7f00:1]', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.31.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['[fd00::1]', 'private'],
    ['169.254.169.254', 'link-local'],
    ['[fe80::1]', 'link-local'],
    ['[::ffff:a9fe:a9fe]', 'link-local'],
    ['0.0.0.0', 'unspecified'],
    ['[::]', 'unspecified'],
    ['[2001:db8::1]', 'public'],
  ])('%s is %s', (hostname, expected) => {
    expect(classifyHost(hostname)).toBe(expected);
  });
});
