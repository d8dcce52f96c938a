import { globTest, type TextTest } from '../../glob/glob.ts';
import type { Topic, TopicKey } from '../topic.ts';
import { readPatterns } from './lists.ts';

interface Wanted {
  readonly name: string;
  /** Absent: anything but blanks. */
  readonly value?: TextTest;
}

function parseWanted(text: string): Wanted | string {
  const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  if (name.trim() !== name || name === '') return `"${text}" has no name of a label`;
  return value === undefined ? { name } : { name, value: globTest(value, 'text') };
}

const REQUIRE: TopicKey = {
  name: 'require',
  type: 'texts',
  description: 'Labels that the image must have: `NAME` with any value, or `NAME=VALUE`, where `*` is any text.',
  example: '["team", "org.opencontainers.image.source=https://git.example/*"]',
  read(table, key) {
    const wanted = readPatterns(table, key, parseWanted);
    if (wanted === undefined) return undefined;
    return ({ labels }) =>
      labels === undefined
        ? undefined
        : wanted.flatMap(({ text, pattern: { name, value } }) => {
            const found = Object.hasOwn(labels, name) ? (labels[name] ?? '') : '';
            if (found.trim() === '') return [`the image has no label "${name}"; required: ${text}`];
            if (value === undefined || value(found)) return [];
            return [`the label "${name}" of the image is "${found}"; required: ${text}`];
          });
  },
};

export const LABELS: Topic = {
  name: 'labels',
  description: 'Labels of the image, whoever has set them: the input `labels`, buildpacks, or the run image.',
  keys: [REQUIRE],
};
