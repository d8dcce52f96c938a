/** Replaces known secrets in what is printed. */
export interface SecretMask {
  /** From now on `secret` is replaced, each of its lines alone, as it is and in the encodings in which programs print it. */
  add(secret: string): void;
  apply(text: string): string;
}

const MASKED = '***';

/** Shorter ones would also blank out innocent text. */
const SHORTEST_SECRET = 4;

export function createSecretMask(): SecretMask {
  const known = new Set<string>();
  let longestFirst: readonly string[] = [];
  return {
    add(secret) {
      for (const line of secret.split(/[\r\n]+/)) {
        if (line.trim().length < SHORTEST_SECRET) continue;
        for (const form of formsOf(line)) known.add(form);
      }
      longestFirst = [...known].sort((a, b) => b.length - a.length);
    },
    apply: (text) => longestFirst.reduce((masked, secret) => masked.replaceAll(secret, MASKED), text),
  };
}

/** As written, trimmed, in base64 (with and without padding, both alphabets), percent-encoded, and inside a JSON string. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const unpadded = bytes.toString('base64').replace(/=+$/, '');
  return [
    secret,
    secret.trim(),
    unpadded,
    bytes.toString('base64url'),
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
  ];
}
