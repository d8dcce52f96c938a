import { formatAge, parseAge } from '../duration.ts';
import type { PolicyFacts } from '../facts.ts';
import type { Topic, TopicKey } from '../topic.ts';
import { allowImages, denyImages, type ImageSubject, requirePinned } from './image-keys.ts';

const RUN_IMAGE: ImageSubject = {
  noun: 'the run image',
  plural: 'run images',
  of: ({ runImage }) => runImage && [runImage],
};

const MAX_AGE: TopicKey = {
  name: 'max-age',
  type: 'text',
  description:
    'How old the base may be: `36h`, `30d`, `6w` since its image was made. Images that are made to be reproducible say 1980; of these the label `io.buildpacks.base.released` or `org.opencontainers.image.created` counts, and one that tells nothing is refused.',
  example: '"30d"',
  read(table, key) {
    const text = table.text(key);
    const limit = text === undefined ? undefined : parseAge(text);
    if (text !== undefined && limit === undefined) {
      table.problem(key, `"${text}" is no age`, 'Write hours, days or weeks: "36h", "30d", "6w".');
    }
    return limit === undefined ? undefined : (facts) => judgeAge(facts, limit);
  },
};

function judgeAge({ runImage, now }: PolicyFacts, limit: number): readonly string[] | undefined {
  if (runImage?.created === undefined) return undefined;
  const { shown, created } = runImage;
  if (created === null) {
    return [`when the run image "${shown}" was made is not known; its label io.buildpacks.base.released can tell`];
  }
  if (created > now + CLOCK_SKEW)
    return [`the run image "${shown}" says that it was made on ${dayOf(created)}, in the future`];
  if (now - created <= limit) return [];
  return [
    `the run image "${shown}" was made ${formatAge(now - created)} ago (${dayOf(created)}); allowed: ${formatAge(limit)}`,
  ];
}

/** Milliseconds that two machines' clocks may be apart. */
const CLOCK_SKEW = 24 * 3_600_000;

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

export const RUN_IMAGES: Topic = {
  name: 'run-images',
  description: 'The image that the app runs on: the builder’s own, its mirror, or the one of the input `run-image`.',
  keys: [
    allowImages(RUN_IMAGE, '["registry.example/platform/run-*"]'),
    denyImages(RUN_IMAGE, '["registry.example/platform/run-*@sha256:…"]'),
    requirePinned(RUN_IMAGE, 'it is'),
    MAX_AGE,
  ],
};
