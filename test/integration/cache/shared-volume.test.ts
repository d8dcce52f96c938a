import { chmod, chown, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProcessRunner } from '../../../packages/core/src/index.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';

const GROUP = 4711;
const STORE = path.resolve('packages/core/src/cache/store/directory.ts');
const DIGEST = path.resolve('packages/core/src/reference/index.ts');
const KEY = 'a'.repeat(32);

/** One build: reads what is there, writes a pack and an index with it alone, and looks two hours later what nothing names any more. */
const BUILD = `
import { writeFile } from 'node:fs/promises';
import { createDirectoryStore } from '${STORE}';
import { digestOf } from '${DIGEST}';
const [directory, file, text] = process.argv.slice(1);
const signal = new AbortController().signal;
let now = Date.now();
const store = createDirectoryStore(directory, { clock: { now: () => now, sleep: async () => {} } });
const found = await store.readIndex(['${KEY}'], 1000, signal);
await writeFile(file, text);
const digest = digestOf(Buffer.from(text));
await store.writePack({ digest, size: text.length, file }, signal);
const write = () => store.writeIndex('${KEY}', { object: Buffer.from(text), packs: [digest] }, signal);
await write();
now += 7_200_000;
await write();
console.log(found === undefined ? 'nothing' : Buffer.from(found.object).toString());
`;

describe.runIf(process.getuid?.() === 0)('a directory store on a volume that several users share', () => {
  it('is read, written and pruned by one after the other', async () => {
    const root = await temporaryDirectory();
    await chmod(root, 0o777);
    const volume = path.join(root, 'volume');
    await mkdir(volume);
    await chown(volume, 0, GROUP);
    await chmod(volume, 0o2775);
    const build = async (uid: number, text: string) => {
      const { stdout, stderr, status } = await createProcessRunner({
        environment: { PATH: process.env['PATH'] ?? '' },
      }).run({
        file: 'setpriv',
        args: [
          ...[`--reuid=${uid}`, `--regid=${uid}`, `--groups=${GROUP}`, 'sh', '-c', 'umask 022; exec "$@"', 'sh'],
          ...[process.execPath, '--input-type=module-typescript', '--eval', BUILD, '--'],
          ...[volume, path.join(root, `pack-${uid}`), text],
        ],
      });
      expect(status, stderr).toBe(0);
      return stdout.trim();
    };
    expect(await build(1001, 'first')).toBe('nothing');
    expect(await build(1002, 'second')).toBe('first');
    expect(await build(1001, 'third')).toBe('second');
    expect((await readdir(path.join(volume, 'packs'))).length).toBe(1);
  });
});
