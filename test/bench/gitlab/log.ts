/** A part of a job's log that people can fold away. */
export interface Section {
  readonly name: string;
  /** `collapsed=true` and the like. */
  readonly options: string;
  /** Seconds since 1970. */
  readonly start: number;
  readonly end: number;
  /** The line in which it begins, without the marker. */
  readonly header: string;
}

/** What GitLab's page makes of a job's log. */
export interface JobLog {
  /** Sections in the order of their beginnings. */
  readonly sections: readonly Section[];
  /** Markers that fit nothing: an end without a beginning, a beginning without an end. */
  readonly strays: readonly string[];
  /** What people read: without markers and colours. */
  readonly text: string;
  /** Every byte that job and runner have printed. */
  readonly raw: string;
}

interface Open {
  readonly name: string;
  readonly options: string;
  readonly start: number;
  readonly header: string;
}

const ESCAPE = '\u001b';
/** As GitLab's own scanner has it: anywhere in a line. */
const MARKER = new RegExp(
  `(?:${ESCAPE}\\[0?K)?section_(start|end):(\\d+):([\\w.-]+)(?:\\[([^\\]\\r]*)\\])?\\r(?:${ESCAPE}\\[0?K)?`,
  'g',
);
const ESCAPES = new RegExp(`${ESCAPE}\\[[\\d;]*[A-Za-z]`, 'g');

/** What the runner puts before each line: when, and from which stream; a plus sign when it goes on with the line before. */
const STAMP = /^\d{4}-\S+Z [\da-f]{2}[EO]([ +])/;

/** Reads a job's log as GitLab does, `section_start:…` and `section_end:…` markers wherever they stand. */
export function readJobLog(stamped: string): JobLog {
  const raw = stamped.split('\n').reduce(appendLine, '').slice(1);
  const open = new Map<string, Open>();
  const sections: Section[] = [];
  const strays: string[] = [];
  for (const match of raw.matchAll(MARKER)) {
    const [marker, kind, time = '', name = '', options = ''] = match;
    const begun = open.get(name);
    if (kind === 'start' && begun === undefined) {
      const line = raw.slice(match.index + marker.length).split('\n', 1)[0] ?? '';
      open.set(name, { name, options, start: Number(time), header: plain(line).trim() });
    } else if (kind === 'end' && begun !== undefined) {
      sections.push({ ...begun, end: Number(time) });
      open.delete(name);
    } else strays.push(name);
  }
  strays.push(...open.keys());
  return { sections: sections.sort((a, b) => a.start - b.start), strays, text: plain(raw), raw };
}

function appendLine(before: string, line: string): string {
  const stamp = STAMP.exec(line);
  return `${before}${stamp?.[1] === '+' ? '' : '\n'}${line.slice(stamp?.[0].length ?? 0)}`;
}

function plain(text: string): string {
  return text.replace(MARKER, '').replace(ESCAPES, '').replaceAll('\r', '');
}
