import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { closeDoors, openDoors, reopenDoors } from '../../src/engine/rootfs/over-root/doors.ts';

const GID = process.getgid?.() ?? 0;
/** Somebody else, of our group. */
const MEMBER = { uid: 4_000_001, gid: GID };
const STRANGER = { uid: 4_000_001, gid: GID + 4_000_001 };

const ENTRIES = { everybodys: 0o1777, shared: 0o750, ours: 0o700, readable: 0o644, secret: 0o600, writable: 0o602 };

function place() {
  const root = mkdtempSync(path.join(tmpdir(), 'doors-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  const paths = Object.entries(ENTRIES).map(([name, mode]) => {
    const entry = path.join(root, name);
    if ((mode & 0o100) === 0) writeFileSync(entry, '');
    else mkdirSync(entry);
    chmodSync(entry, mode);
    return entry;
  });
  symlinkSync('everybodys', path.join(root, 'link'));
  const modes = () => Object.fromEntries(paths.map((entry) => [path.basename(entry), statSync(entry).mode & 0o7777]));
  return { paths: [...paths, path.join(root, 'link'), path.join(root, 'missing')], modes };
}

it.each([
  ['somebody else', STRANGER, { everybodys: 0o1700, readable: 0o600, writable: 0o600 }],
  ['a member of the group', MEMBER, { everybodys: 0o1700, shared: 0o700, readable: 0o600, writable: 0o600 }],
])('closes to %s what is open, and puts it back', async (_, user, closed) => {
  const { paths, modes } = place();
  const doors = await openDoors(paths, user);
  await closeDoors(doors, user);
  expect(modes()).toEqual({ ...ENTRIES, ...closed });
  await reopenDoors(doors);
  expect(modes()).toEqual(ENTRIES);
});
