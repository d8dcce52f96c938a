import { optional } from '../json/json.ts';
import { readAnnotations } from './annotations.ts';
import { readDestinations } from './destinations.ts';
import { readLabels } from './labels.ts';
import { eachItem, type Parts } from './parts.ts';
import { parseCreationTime, parseOutput, parsePreviousImage } from './places.ts';
import type { LoadTarget } from './request.ts';

/** What becomes of the image: its names, where it goes, and what is written into it. */
export function readOutcome(parts: Parts) {
  const { reader, context, problems, trust } = parts;
  const { workingDirectory, facts } = context;
  const { references: destinations, untagged } = readDestinations(reader, { ...facts, now: context.now }, problems);
  const outputs = eachItem(parts, 'output', (text) => parseOutput(text, workingDirectory));
  const load = loadTarget(reader.choice('load'));
  const taggable = destinations.length > 0 && untagged === undefined;
  const publish = reader.choice('publish') === 'auto' ? trust.publish && taggable : trust.publish;
  if (untagged !== undefined) reportUntagged(untagged, parts);
  const named = reader.text('image') !== undefined || reader.list('tags').length > 0;
  if (!named && context.nameless !== true) requireName(parts, { publish, load });
  const creationTime = problems.attempt(() =>
    parseCreationTime(reader.text('creation-time') ?? 'none', facts.commitTime),
  );
  const previousImage = problems.attempt(() => parsePreviousImage(reader.text('previous-image')));
  return {
    destinations,
    publish,
    outputs,
    labels: readLabels(reader, problems),
    annotations: readAnnotations(reader, problems),
    ...optional('load', load),
    creationTime: creationTime ?? { kind: 'none' as const },
    previousImage: previousImage ?? { kind: 'auto' as const },
  };
}

/** Rules that give no tag in this run are nothing wrong, unless the image must be published. */
function reportUntagged(why: string, { reader, problems, trust }: Parts): void {
  const message = `no rule gives a tag in this run (${why})`;
  if (reader.choice('publish') === 'true') {
    problems.report('tags', message, 'Add a rule or a tag for this run, or set "publish" to auto.');
  } else if (trust.publish) problems.notice(`tags: ${message}, so nothing is published`);
}

/** Without a name the image can only be written to disk. */
function requireName(
  { reader, context, problems }: Parts,
  wanted: { readonly publish: boolean; readonly load: LoadTarget | undefined },
): void {
  const hint = 'Set "image" to registry/repository[:tag].';
  const report = (message: string, advice = hint) => {
    problems.report('image', message, advice);
  };
  if (wanted.load !== undefined) report('it is missing, and "load" needs a name for the image');
  else if (wanted.publish) report('it is missing, and "publish" needs a place for the image');
  else if (reader.list('output').length === 0)
    report('it is missing', context.registryOnly ? hint : `${hint} Without a registry set "output" to oci:DIR.`);
}

function loadTarget(choice: 'true' | 'false' | LoadTarget): LoadTarget | undefined {
  if (choice === 'false') return undefined;
  return choice === 'true' ? 'auto' : choice;
}
