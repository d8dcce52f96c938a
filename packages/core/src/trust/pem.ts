/** What stands between a BEGIN and its END, by its label. */
export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY`, …. */
  readonly label: string;
  readonly bytes: Uint8Array;
  /** Of BEGIN, from 1. */
  readonly line: number;
}

/** Something that is wrong with a text; never quotes what may be a secret. */
export interface PemProblem {
  readonly line: number;
  readonly message: string;
  readonly hint?: string;
}

export interface ParsedPem {
  readonly blocks: readonly PemBlock[];
  readonly problems: readonly PemProblem[];
}

interface Marker {
  readonly kind: 'BEGIN' | 'END';
  readonly label: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

const DASHES = '-----';
const MARKER = /-----(BEGIN|END) ([A-Z0-9][A-Z0-9 ]*)-----/g;
/** What was meant to be a marker: a dash short, or in other letters. */
const NEARLY = /-{3,}[ ]?(BEGIN|END)\b/gi;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Line ends as variables and templates write them: `\n` in two characters. */
const BETWEEN = /(?:\s|\\[nr])+/g;
const CUT_SHORT = 'Copy the whole block, from its BEGIN to its END line.';
const COLUMNS = /.{1,64}/g;

/**
 * Cuts a text into its PEM blocks (RFC 7468, lax). A byte order mark, text around the blocks, indentation, any kind of line end and
 * none at all are borne, since they leave no doubt about what is meant; a block that is cut short or damaged is a problem, and the
 * blocks after it are read all the same.
 */
export function parsePem(text: string): ParsedPem {
  const blocks: PemBlock[] = [];
  const found = markers(text);
  const problems = misspelt(text, found);
  let begin: Marker | undefined;
  for (const marker of found) {
    if (begin !== undefined && marker.kind === 'END' && marker.label === begin.label) {
      const body = text.slice(begin.end, marker.start);
      const bytes = decode(body);
      if (bytes === undefined) problems.push(damaged(body, begin.line));
      else blocks.push({ label: begin.label, bytes, line: begin.line });
      begin = undefined;
      continue;
    }
    if (begin !== undefined) problems.push(endless(begin));
    else if (marker.kind === 'END') problems.push(headless(marker));
    begin = marker.kind === 'BEGIN' ? marker : undefined;
  }
  if (begin !== undefined) problems.push(endless(begin));
  return { blocks, problems: problems.sort((a, b) => a.line - b.line) };
}

/** Writes one block, lines of 64 characters that all end in a line feed. */
export function formatPem(label: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString('base64').match(COLUMNS) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** Whether a text has at least one line that opens or closes a block. */
export function hasPemMarker(text: string): boolean {
  return text.search(MARKER) !== -1;
}

function markers(text: string): readonly Marker[] {
  let line = 1;
  let counted = 0;
  return [...text.matchAll(MARKER)].map((match) => {
    for (let at = text.indexOf('\n', counted); at !== -1 && at < match.index; at = text.indexOf('\n', at + 1))
      line += 1;
    counted = match.index;
    const [whole, kind, label = ''] = match;
    return {
      kind: kind === 'BEGIN' ? 'BEGIN' : 'END',
      label: label.trim(),
      line,
      start: match.index,
      end: match.index + whole.length,
    };
  });
}

/** Elsewhere these blocks are passed over without a word. */
function misspelt(text: string, found: readonly Marker[]): PemProblem[] {
  const words = new Set(found.map(({ start }) => start + DASHES.length));
  return [...text.matchAll(NEARLY)]
    .map((match) => match.index + match[0].length - (match[1] ?? '').length)
    .filter((word) => !words.has(word))
    .map((word) => ({
      line: text.slice(0, word).split('\n').length,
      message: 'this is almost a line that begins or ends a block',
      hint: `Write it as ${DASHES}BEGIN CERTIFICATE${DASHES} or ${DASHES}END CERTIFICATE${DASHES}.`,
    }));
}

function decode(body: string): Uint8Array | undefined {
  const base64 = body.replace(BETWEEN, '');
  return base64.length % 4 === 0 && BASE64.test(base64) ? new Uint8Array(Buffer.from(base64, 'base64')) : undefined;
}

/** Names the line where the text stops to be base64, not what stands there. */
function damaged(body: string, firstLine: number): PemProblem {
  const wrong = body.split('\n').findIndex((line) => /[^A-Za-z0-9+/=]/.test(line.replace(BETWEEN, '')));
  const message = wrong === -1 ? 'the block is not whole base64' : 'this line is not base64';
  return { line: firstLine + Math.max(wrong, 0), message, hint: CUT_SHORT };
}

function endless({ label, line }: Marker): PemProblem {
  return { line, message: `the ${label} block that begins here has no END line`, hint: CUT_SHORT };
}

function headless({ label, line }: Marker): PemProblem {
  return { line, message: `the ${label} block that ends here has no BEGIN line`, hint: CUT_SHORT };
}
