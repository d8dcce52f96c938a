import { inject, it, expect } from 'vitest';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { ownContender, SKOPEO } from '../../benchmark/airgap/contenders.ts';
import { carriedImages } from '../../benchmark/airgap/images.ts';
import { runAirgapRound, startSource } from '../../benchmark/airgap/rounds.ts';
import { makeAirgapRows } from '../../benchmark/airgap/rows.ts';
import { requiresSkopeo } from '../../support/requires.ts';

const SCALE = 1 / 300;

requiresSkopeo('the benchmark of bundles', () => {
  it('has every contender carry the same bytes', { timeout: 180_000 }, async () => {
    const folder = await temporaryDirectory();
    const { commandLine } = inject('programs');
    const contenders = [ownContender(commandLine, 'directory'), SKOPEO, ownContender(commandLine, 'tar')];
    const source = await startSource('loopback', await carriedImages(SCALE), folder);
    try {
      const rows = makeAirgapRows(await runAirgapRound({ link: 'loopback', source, contenders, folder }));
      expect(rows.map(({ name }) => name)).toEqual([
        'bundle: directory, loopback',
        'bundle: tar, loopback',
        'load: directory, loopback',
        'load: tar, loopback',
      ]);
      for (const { name, bytesUp, bytesDown } of rows) {
        const { ours, peer } = name.startsWith('bundle') ? bytesDown : bytesUp;
        expect(ours / peer, name).toBeCloseTo(1, 1);
      }
    } finally {
      await source.registry.stop();
    }
  });
});
