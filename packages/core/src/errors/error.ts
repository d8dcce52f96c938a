/**
 * What went wrong, as a closed set that adapters map to an exit status and an annotation (see `exit-status.ts`).
 *
 * - `input`: the user gave something that can't be used; nothing was pulled or changed.
 * - `temporary`: network or registry trouble that a retry may cure.
 * - `denied`: credentials missing, refused, or without the right that is needed.
 * - `registry`: the registry's answer breaks the distribution specification, or refuses for good.
 * - `image`: an image, layout or label is not what it must be (digest mismatch, missing blob, broken JSON).
 * - `engine`: no way to run the lifecycle here, or the engine itself failed.
 * - `machine`: this machine's file system does not take or give a file: it is full, read-only, or not ours.
 * - `lifecycle`: the lifecycle or a buildpack failed; carries its own exit status.
 * - `policy`: refused by a rule of the operator, not by a fault.
 * - `outdated`: a check found that something has moved.
 * - `cancelled`: the user or the CI asked us to stop.
 * - `internal`: a defect of ours.
 */
export type ErrorCode =
  | 'input'
  | 'temporary'
  | 'denied'
  | 'registry'
  | 'image'
  | 'engine'
  | 'machine'
  | 'lifecycle'
  | 'policy'
  | 'outdated'
  | 'cancelled'
  | 'internal';

export interface ErrorDetails {
  /** What to do next, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The one base of every error that core throws on purpose. The message says what happened and quotes the user's own value. */
export class BuildpacksError extends Error {
  override readonly name: string = 'BuildpacksError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
  }
}

/** What was thrown, in words for a log where it stops nothing: the message and what to do. */
export function adviceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { hint } = error instanceof BuildpacksError ? error : {};
  return hint === undefined ? error.message : `${error.message}. ${hint}`;
}
