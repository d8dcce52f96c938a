/** GitLab takes the end of a line back before a marker and erases the marker after it, so that neither is seen in a terminal. */
const ERASE = '\x1b[0K';

/** A part of the log that GitLab can fold, and shows the duration of. */
export interface Section {
  /** Letters, digits, `_`, `.` and `-`; no other section of the log has it. */
  readonly name: string;
  readonly header: string;
}

/**
 * The text that begins a section, with the end of its line.
 *
 * @param seconds since 1970
 * @see https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections
 */
export function sectionStart({ name, header }: Section, seconds: number): string {
  return `${ERASE}section_start:${seconds}:${name}\r${ERASE}${header}\n`;
}

/** @param seconds since 1970 */
export function sectionEnd({ name }: Section, seconds: number): string {
  return `${ERASE}section_end:${seconds}:${name}\r${ERASE}\n`;
}

/**
 * @param title printed as it is: the log has made it harmless
 * @param number tells sections of the same title apart
 */
export function makeSection(title: string, number: number): Section {
  const slug = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 40)
    .replaceAll(/^_+|_+$/g, '');
  return { name: `buildpacks_ci_${number}${slug === '' ? '' : `_${slug}`}`, header: title };
}

/**
 * What is text, and would begin or end a section. A marker needs control characters that are taken out of foreign lines anyway; a blank in
 * its midst makes text of it for whoever reads less strictly.
 */
export function withoutMarkers(line: string): string {
  return line.replaceAll(/section_(?=(?:start|end):)/gi, 'section_ ');
}
