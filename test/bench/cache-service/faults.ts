/** What clients ask of the service and of its blob store; `Archive` and `Caches` are the older protocol's. */
export type Operation =
  | 'CreateCacheEntry'
  | 'FinalizeCacheEntryUpload'
  | 'GetCacheEntryDownloadURL'
  | 'PutBlob'
  | 'PutBlock'
  | 'PutBlockList'
  | 'GetBlob'
  | 'HeadBlob'
  | 'Caches'
  | 'Archive';

/** What goes wrong in place of an answer, or in the middle of one. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The request is taken, and nothing ever comes. */
  | { readonly kind: 'silence' }
  /** The part of the body that is sent (0 to 1); then nothing more comes. */
  | { readonly kind: 'stall'; readonly at: number }
  /** The part of the body that is sent (0 to 1); then the connection ends. */
  | { readonly kind: 'cut'; readonly at: number }
  /** Other bytes of the same length. */
  | { readonly kind: 'garbage' };

/** Says what goes wrong with a request, if anything. */
export type FaultRule = (operation: Operation) => Fault | undefined;

/** The fault on these operations, for the first so many of their requests. */
export function faulty(operations: readonly Operation[], fault: Fault, times = Number.POSITIVE_INFINITY): FaultRule {
  let left = times;
  return (operation) => (operations.includes(operation) && left-- > 0 ? fault : undefined);
}
