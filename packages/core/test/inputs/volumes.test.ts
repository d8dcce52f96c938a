import { expect, test } from 'vitest';
import { messagesOf, parse } from './support.ts';

test.each([
  ['/tmp:/data', { source: '/tmp', target: '/data', writable: false }],
  ['/tmp:/data/:ro', { source: '/tmp', target: '/data', writable: false }],
  ['/tmp:/a/../data:rw', { source: '/tmp', target: '/data', writable: true }],
  ['/tmp:/layersx', { source: '/tmp', target: '/layersx', writable: false }],
])('%s', (text, expected) => {
  expect(parse({ volumes: text }).volumes).toEqual([expected]);
});

test.each([
  ['/tmp', '"/tmp" is not source:target'],
  [':/data', '":/data" is not source:target'],
  ['/tmp:/data:ro:z', '"/tmp:/data:ro:z" is not source:target'],
  ['/tmp:/data:rx', '"rx" in "/tmp:/data:rx" is not a mode'],
  ['/tmp:data', 'the target "data" is not an absolute path'],
  ['missing:/data', 'the source "missing" does not exist'],
  ['/tmp:/cnb', 'the target "/cnb" would cover "/cnb", which the build needs'],
  ['/tmp:/cnb/lifecycle', 'the target "/cnb/lifecycle" would cover "/cnb", which the build needs'],
  ['/tmp:/data/../layers', 'the target "/data/../layers" would cover "/layers", which the build needs'],
  ['/tmp://workspace/x', 'the target "//workspace/x" would cover "/workspace", which the build needs'],
  ['/tmp:/platform/bindings', 'the target "/platform/bindings" would cover "/platform", which the build needs'],
  ['/tmp:/', 'the target "/" would cover "/cnb", which the build needs'],
])('%s is refused', (text, message) => {
  expect(messagesOf({ volumes: text })).toEqual([`volumes: ${message}`]);
});
