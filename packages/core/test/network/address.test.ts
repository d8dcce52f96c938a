import { describe, expect, it } from 'vitest';
import { classifyHost, isOnThisMachine } from '../../src/network/index.ts';

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
    ['metadata.google.internal', 'link-local'],
    ['metadata.google.internal.', 'link-local'],
    ['100.100.100.200', 'link-local'],
    ['192.0.0.192', 'link-local'],
    ['[fd00:ec2::254]', 'link-local'],
    ['[fec0::1]', 'private'],
    ['[64:ff9b::a01:203]', 'private'],
    ['[64:ff9b::a9fe:a9fe]', 'link-local'],
    ['[64:ff9b::808:808]', 'public'],
    ['[64:ff9b:1::808:808]', 'private'],
    ['[::a01:203]', 'private'],
    ['[::7f00:1]', 'loopback'],
    ['[::ffff:0:a01:203]', 'private'],
    ['[2002:a01:203::1]', 'private'],
    ['[2002:a9fe:a9fe:1:2:3:4:5]', 'link-local'],
    ['[2002:808:808::1]', 'public'],
  ])('%s is %s', (hostname, expected) => {
    expect(classifyHost(hostname)).toBe(expected);
  });
});

it.each([
  ['127.0.0.1:5000', true],
  ['localhost:5000', true],
  ['[::1]', true],
  ['169.254.169.254', true],
  ['metadata.google.internal:80', true],
  ['0.0.0.0', true],
  ['10.0.0.1:5000', false],
  ['registry.example', false],
])('the registry %s is on this machine: %s', (registry, expected) => {
  expect(isOnThisMachine(registry)).toBe(expected);
});
