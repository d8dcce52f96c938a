/** One way to authenticate that a proxy offers. */
export interface AskedScheme {
  /** As written: `Basic`, `NTLM`. */
  readonly scheme: string;
  readonly realm: string;
}

const KNOWN = ['basic', 'digest', 'ntlm', 'negotiate', 'bearer', 'kerberos'];
const LONGEST_REALM = 80;

/**
 * The schemes in a `Proxy-Authenticate` header (RFC 9110, section 11.7.1). One header may hold several challenges, and proxies send one
 * header for each: known schemes are looked for at the beginning and after commas.
 */
export function askedSchemes(header: string | readonly string[] | undefined): readonly AskedScheme[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ');
  const starts = [...withoutQuoted(text).matchAll(/(?:^|,)\s*([A-Za-z-]+)(?=\s|,|$)/g)].filter(([, scheme = '']) =>
    KNOWN.includes(scheme.toLowerCase()),
  );
  return starts.map((match, index) => {
    const parameters = text.slice(match.index + match[0].length, starts[index + 1]?.index);
    const realm = /\brealm\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/i.exec(parameters);
    return { scheme: match[1] ?? '', realm: printable(realm?.[1] ?? realm?.[2] ?? '') };
  });
}

/** True when a proxy asks for something, and for nothing that we can give. */
export function isNotSupported(asked: readonly AskedScheme[]): boolean {
  return asked.length > 0 && !asked.some(({ scheme }) => scheme.toLowerCase() === 'basic');
}

/** The same text with the quoted strings blotted out. */
function withoutQuoted(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => '_'.repeat(quoted.length));
}

/** It comes from outside and goes into a message. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_REALM);
}
