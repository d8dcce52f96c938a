import { createHash } from 'node:crypto';
import { escapeHtml, jsonForScript } from './escape.ts';
import { PAGE_STYLE } from './style.ts';

/** A page that needs nothing but itself. */
export interface Page {
  readonly title: string;
  /** Stands below the title. */
  readonly summary: string;
  /** HTML, all foreign text in it escaped. */
  readonly body: string;
  /** What the scripts read, each as JSON in an element of its own. */
  readonly data: readonly PageData[];
  /** Programs of ours, run in this order when all else is there. */
  readonly scripts: readonly string[];
}

export interface PageData {
  /** The element's id. */
  readonly id: string;
  readonly value: unknown;
}

/**
 * The page as one HTML document. It asks nobody for anything: its policy allows its own style and scripts by their hashes, and nothing else, so
 * that what slipped into its text could not run either.
 *
 * @see https://www.w3.org/TR/CSP3/#hash-source
 */
export function renderPage({ title, summary, body, data, scripts }: Page): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    ...head(title, scripts),
    '<body>',
    '<main>',
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(summary)}</p>`,
    '<noscript><p>The tables on this page are drawn by a script in it, which this browser does not run.</p></noscript>',
    body,
    '</main>',
    ...data.map(
      ({ id, value }) => `<script type="application/json" id="${escapeHtml(id)}">${jsonForScript(value)}</script>`,
    ),
    ...scripts.map((script) => `<script>${script}</script>`),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function head(title: string, scripts: readonly string[]): readonly string[] {
  const policy = [
    "default-src 'none'",
    `style-src ${hashSource(PAGE_STYLE)}`,
    `script-src ${scripts.map(hashSource).join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return [
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy.join('; '))}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
  ];
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
