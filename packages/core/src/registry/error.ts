import { STATUS_CODES } from 'node:http';
import { BuildpacksError } from '../errors/index.ts';
import { asArray, asRecord, asText, parseJson } from '../json/json.ts';
import { shortened } from '../log/shortened.ts';
import { redactUrl } from './url.ts';
import type { Answer } from './wire.ts';

/** One entry of a registry's error body (OCI distribution specification, error codes). */
export interface RegistryErrorEntry {
  /** `DENIED`, `MANIFEST_UNKNOWN`, …; the registry's own words. */
  readonly code: string;
  readonly message: string;
}

/** The facts of a failed exchange; all but `task` and `reason` are absent when no single request is to blame. */
export interface RegistryFailure {
  readonly code: 'temporary' | 'denied' | 'registry';
  /** What we were doing: `read the manifest of registry.example/app:1`. */
  readonly task: string;
  /** What happened, after "can't <task>: ". */
  readonly reason: string;
  readonly hint?: string | undefined;
  readonly method?: string;
  /** Without secrets. */
  readonly url?: string;
  readonly status?: number;
  readonly entries?: readonly RegistryErrorEntry[];
  readonly transient?: boolean;
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A registry could not be reached, refused, or answered what the distribution specification does not allow. */
export class RegistryError extends BuildpacksError {
  override readonly name = 'RegistryError';
  /** What happened, without what we were doing. */
  readonly reason: string;
  readonly method: string | undefined;
  /** Without secrets. */
  readonly url: string | undefined;
  /** The HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  readonly entries: readonly RegistryErrorEntry[];
  /** True when the same call may succeed a moment later; it has then been retried already. */
  readonly transient: boolean;
  /** Milliseconds that the registry asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(failure: RegistryFailure) {
    const request = failure.method === undefined ? '' : `${failure.method} ${failure.url ?? ''}: `;
    super(failure.code, `can't ${failure.task}: ${request}${failure.reason}`, {
      ...(failure.hint !== undefined && { hint: failure.hint }),
      cause: failure.cause,
    });
    this.reason = failure.reason;
    this.method = failure.method;
    this.url = failure.url;
    this.status = failure.status;
    this.entries = failure.entries ?? [];
    this.transient = failure.transient ?? false;
    this.retryAfter = failure.retryAfter;
  }
}

/** The failure of a call that was answered; `registry` unless it says otherwise. */
export function answerError(
  { method, url, status }: Answer,
  failure: Omit<RegistryFailure, 'code' | 'method' | 'url' | 'status'> & { readonly code?: RegistryFailure['code'] },
): RegistryError {
  return new RegistryError({ code: 'registry', method, url: redactUrl(url), status, ...failure });
}

/** Bytes of an error's body that are read. */
export const MAX_ERROR_BODY = 64 * 1024;
const MAX_ENTRIES = 5;
const MAX_TEXT = 300;

/** The entries of an error body; none when it is not of the specified form (a proxy's HTML page, for one). */
export function parseErrorBody(body: Uint8Array): readonly RegistryErrorEntry[] {
  const json = asRecord(parseJson(body));
  // Token servers answer { details: … } or OAuth2's { error, error_description }.
  const single = asText(json?.['error_description']) ?? asText(json?.['details']) ?? asText(json?.['error']);
  const entries = asArray(json?.['errors'])
    .slice(0, MAX_ENTRIES)
    .flatMap((value) => {
      const entry = asRecord(value);
      return entry === undefined ? [] : [{ code: foreignText(entry['code']), message: foreignText(entry['message']) }];
    });
  return entries.length === 0 && single !== undefined ? [{ code: '', message: foreignText(single) }] : entries;
}

/** `403 Forbidden (DENIED: requested access to the resource is denied)` */
export function describeStatus(status: number, entries: readonly RegistryErrorEntry[]): string {
  const phrase = STATUS_CODES[status];
  const texts = entries.map(({ code, message }) => [code, message].filter(Boolean).join(': ')).filter(Boolean);
  return `${status}${phrase === undefined ? '' : ` ${phrase}`}${texts.length === 0 ? '' : ` (${texts.join('; ')})`}`;
}

/** Text from outside, on one line and not endless. */
export function foreignText(value: unknown): string {
  const text = (asText(value) ?? '').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return shortened(text, MAX_TEXT);
}
