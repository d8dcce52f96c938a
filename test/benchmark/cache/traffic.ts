/** What servers did for their clients. */
export interface Traffic {
  readonly requests: number;
  /** Bytes of bodies to the server, and from it. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export const NO_TRAFFIC: Traffic = { requests: 0, bytesUp: 0, bytesDown: 0 };

export function sumOf(parts: readonly Traffic[]): Traffic {
  return parts.reduce(
    (sum, { requests, bytesUp, bytesDown }) => ({
      requests: sum.requests + requests,
      bytesUp: sum.bytesUp + bytesUp,
      bytesDown: sum.bytesDown + bytesDown,
    }),
    NO_TRAFFIC,
  );
}
