import { expect, it } from 'vitest';
import { imageNeeds } from '../../../src/airgap/verify/image-needs.ts';
import { parseReference } from '../../../src/reference/index.ts';

it.each([
  ['registry.example:5000/builder:1', 'registry.example'],
  ['builders/builder:1', 'registry-1.docker.io'],
])('the host of %s is %s, without a port as other hosts', (name, host) => {
  const needs = imageNeeds('builder', [parseReference(name)], {
    lock: { images: [] },
    mirrors: { rules: [], notices: [] },
  });
  expect(needs.map((need) => need.host)).toEqual([host]);
});
