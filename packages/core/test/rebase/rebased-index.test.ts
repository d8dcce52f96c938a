import { expect, it } from 'vitest';
import { rawManifest } from '../../src/image/manifest.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { rebasedIndex } from '../../src/rebase/rebased-index.ts';
import { RebaseRefusal } from '../../src/rebase/refusal.ts';

it.each(['{"manifests":[],"annotations":{"a":1}}', '{"manifests":[],"manifests":[]}', '{"schemaVersion":2.0}'])(
  'an index that Go refuses, or that others read differently, is refused: %s',
  (text) => {
    const index = rawManifest(Buffer.from(text), MEDIA_TYPE.ociIndex);
    expect(() => rebasedIndex(index, new Map())).toThrow(RebaseRefusal);
  },
);
