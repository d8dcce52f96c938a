import { direct } from './attempts.ts';
import { blobTask, skip, startOf } from './download.ts';
import { answerError } from './error.ts';
import { readAccess } from './scope.ts';
import { type Call, type Transport, withTask } from './transport.ts';
import type { BlobRange } from './types.ts';
import type { Answer } from './wire.ts';

/**
 * Bytes of a blob of the registry itself. Who sends the whole instead is read up to the end of the range. Undefined when it has no such
 * blob; nothing when that ends before the range.
 */
export async function readBlobRange(
  transport: Transport,
  range: BlobRange,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const { repository, digest, start, end } = range;
  const call: Call = {
    task: blobTask(repository, digest),
    method: 'GET',
    target: `blobs/${digest}`,
    headers: { range: `bytes=${start}-${end - 1}` },
    access: readAccess(direct({ kind: 'digest', repository, digest }).endpoint),
    expect: [200, 206, 404, 416],
    errand: 'download',
    signal,
  };
  return transport.call(call, async (answer) => {
    const isFitting = answer.status === 200 || (answer.status === 206 && startOf(answer) === start);
    if (isFitting) return partOf(answer, range, call);
    await answer.discard();
    if (answer.status === 404) return undefined;
    if (answer.status === 416) return partOf(answer, { ...range, end: start }, call);
    const reason = `asked for the bytes from ${start} on, it sent "${answer.header('content-range') ?? ''}"`;
    throw answerError(answer, { task: call.task, reason });
  });
}

async function* partOf(answer: Answer, { start, end }: BlobRange, call: Call): AsyncGenerator<Uint8Array> {
  let left = end - start;
  if (left <= 0) return;
  try {
    for await (const chunk of skip(answer, start - startOf(answer))) {
      const part = chunk.subarray(0, left);
      left -= part.byteLength;
      yield part;
      if (left === 0) return;
    }
  } catch (error) {
    throw withTask(error, { ...call, url: answer.url });
  }
}
