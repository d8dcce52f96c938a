import type { Network } from '../../ports/index.ts';

/** A network that remembers whom it was asked for: token services and storage hosts show only on the way. */
export interface Recorder {
  readonly network: Network;
  /** Every URL that was asked for, in order; the last one is to blame when a request fails. */
  readonly urls: readonly URL[];
}

export function recorder(network: Network): Recorder {
  const urls: URL[] = [];
  return {
    urls,
    network: {
      ...network,
      dispatcher(url) {
        urls.push(url);
        return network.dispatcher(url);
      },
    },
  };
}
