import { expect, it } from 'vitest';
import { readLayout } from '../../src/layout/layout.ts';

it.each([
  ['deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'its version is a list'],
  ['another', '"2.0.0"', 'its version is "2.0.0"'],
  ['missing', '', 'its version is nothing'],
])('a layout of a version that is %s is told from one', async (_what, version, reason) => {
  const marker = version === '' ? '{}' : `{"imageLayoutVersion": ${version}}`;
  const absent = () => Promise.resolve(undefined);
  const read = () => Promise.resolve(Buffer.from(marker));
  const reading = readLayout({ name: 'oci:out', read, blobSize: absent, openBlob: absent });
  await expect(reading).rejects.toThrow(`"oci:out" is not an OCI image layout: ${reason}`);
});
