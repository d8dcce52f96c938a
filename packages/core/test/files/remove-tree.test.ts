import { describe, expect, it } from 'vitest';
import { mountsBelow } from '../../src/files/remove-tree.ts';

const TABLE = [
  '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
  '30 22 0:25 / /tmp/a rw - tmpfs tmpfs rw',
  '31 22 0:26 / /tmp/a/rootfs/proc rw - proc proc rw',
  '32 22 0:27 / /tmp/a/rootfs-other rw - tmpfs tmpfs rw',
  '33 22 0:28 / /tmp/with\\040blank/rootfs rw - tmpfs tmpfs rw',
  '',
].join('\n');

describe('mountsBelow', () => {
  it.each([
    ['/tmp/a/rootfs', ['/tmp/a/rootfs/proc']],
    ['/tmp/with blank/rootfs', ['/tmp/with blank/rootfs']],
    ['/tmp/b', []],
  ])('%s: %j', (directory, expected) => {
    expect(mountsBelow(TABLE, directory)).toEqual(expected);
  });
});
