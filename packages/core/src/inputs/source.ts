import { optional } from '../json/json.ts';
import { findDescriptor, parseApp } from './app.ts';
import type { Parts } from './parts.ts';
import type { AppSource, Checkout } from './request.ts';
import type { CiFacts } from './trust.ts';

/** Stands in for an app that could not be read, until the problem is thrown. */
const NO_APP: AppSource = { kind: 'archive', path: '' };

/** The app, and where it is from. */
export function readSource(parts: Parts) {
  const { reader, problems, surroundings } = parts;
  const app = problems.attempt(() => parseApp(reader.text('path') ?? '.', surroundings)) ?? NO_APP;
  const descriptor = problems.attempt(() => findDescriptor(reader.text('descriptor'), app, surroundings));
  return {
    app,
    ...optional('descriptor', descriptor),
    gitDirectory: reader.flag('git-directory'),
    sourceMetadata: reader.choice('source-metadata'),
    ...optional('checkout', checkoutOf(parts.context.facts)),
  };
}

function checkoutOf({ sha, ref, repository }: CiFacts): Checkout | undefined {
  if (sha === undefined || repository === undefined) return undefined;
  return { commit: sha, refs: ref === undefined ? [] : [ref.replace(/^refs\/(?:heads|tags)\//, '')], url: repository };
}
