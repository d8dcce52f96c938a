import { refuseUrl } from '../network/index.ts';
import { formatRepository } from '../reference/index.ts';
import { answerError } from './error.ts';
import type { Access } from './scope.ts';
import type { Call, Transport } from './transport.ts';
import { parseUrl, redactUrl } from './url.ts';
import type { Answer } from './wire.ts';

/**
 * Milliseconds. After the last byte a registry may move a large blob to its store before it answers. Also the longest time in
 * which a registry takes nothing of a body: undici starts its limit for headers anew with each chunk that is sent.
 */
export const PATIENCE = 5 * 60 * 1000;

/** An upload that a registry has begun. */
export interface UploadSession {
  /** For messages: `upload the blob …`. */
  readonly task: string;
  readonly access: Access;
  /** Used as it is, with its query. */
  readonly location: URL;
  /** The bytes that the registry wants in a chunk at least; 0 when it does not say. */
  readonly minChunk: number;
}

/** Not tried again by itself: each try is another session. */
export function beginUpload(transport: Transport, task: string, access: Access): Promise<UploadSession> {
  const call: Call = {
    task,
    method: 'POST',
    target: 'blobs/uploads/',
    access,
    expect: [202],
    errand: 'upload',
  };
  return transport.once(call, async (answer) => {
    await answer.discard();
    return openedSession(answer, task, access);
  });
}

/** The session that an answer tells of. */
export function openedSession(answer: Answer, task: string, access: Access): UploadSession {
  const minChunk = /^\d{1,15}$/.exec(answer.header('oci-chunk-min-length') ?? '')?.[0];
  return { task, access, location: uploadLocation(answer, task), minChunk: Number(minChunk ?? 0) };
}

/** Best effort: a registry need not support it, and removes abandoned uploads by itself. */
export async function cancelUpload(transport: Transport, session: UploadSession): Promise<void> {
  const ask = (method: 'DELETE' | 'GET', target: URL): Promise<Answer> => {
    const task = `cancel an upload to ${formatRepository(session.access.repository)}`;
    const call: Call = { task, method, target, access: session.access, expect: [204, 416], errand: 'upload' };
    return transport.once(call, async (answer) => {
      await answer.discard();
      return answer;
    });
  };
  try {
    const { status } = await ask('DELETE', session.location);
    if (status !== 416) return;
    // More has come than its address says, as distribution's registry has it: it tells the present one.
    await ask('DELETE', uploadLocation(await ask('GET', session.location), session.task));
  } catch {
    // Cancelled by the user, or out of reach: what follows will tell.
  }
}

/** Where the next part of an upload goes: absolute, or relative to what was asked. */
export function uploadLocation(answer: Answer, task: string): URL {
  const fail = (reason: string) =>
    answerError(answer, {
      task,
      reason,
      hint: `Check the public address in the configuration of ${answer.url.host}, and the headers X-Forwarded-Proto and Host of a proxy before it.`,
    });
  const location = answer.header('location');
  const url = location === undefined ? undefined : parseUrl(location, answer.url);
  if (url === undefined) throw fail('the answer has no valid Location');
  url.hash = '';
  const refusal = refuseUrl(url, answer.url, 'upload');
  if (refusal !== undefined) throw fail(`the upload location ${redactUrl(url)} is refused: ${refusal}`);
  return url;
}
