import { pipeline, type Readable, Transform } from 'node:stream';
import { BuildpacksError } from '../errors/index.ts';
import type { Descriptor } from '../image/manifest.ts';

/** The bytes of a blob: at hand, or as they come. */
export type BlobSource = Uint8Array | Readable;

/** The source's bytes; fails as soon as there are more or, at the end, fewer than announced. Ends the source when it ends. */
export function exactBody({ digest, size }: Descriptor, source: BlobSource): BlobSource {
  let sent = 0;
  const differs = (found: string) =>
    new BuildpacksError('image', `the blob ${digest} should have ${size} bytes and has ${found}`);
  if (source instanceof Uint8Array) {
    if (source.byteLength === size) return source;
    throw differs(String(source.byteLength));
  }
  const exact = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      sent += chunk.byteLength;
      if (sent > size) done(differs('more'));
      else done(null, chunk);
    },
    flush(done) {
      done(sent === size ? null : differs(String(sent)));
    },
  });
  pipeline(source, exact, () => undefined);
  return exact;
}
