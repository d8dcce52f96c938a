import { globTest, type TextTest } from '../../glob/glob.ts';
import type { Topic, TopicKey } from '../topic.ts';
import { listed, readPatterns } from './lists.ts';

function parseName(text: string): TextTest | string {
  return /^[^=\s]+$/.test(text) ? globTest(text, 'text') : `"${text}" is no name of a variable`;
}

const ALLOW: TopicKey = {
  name: 'allow',
  type: 'texts',
  description: 'Only variables of these names; `*` is any text.',
  example: '["BP_*", "BPE_*"]',
  read(table, key) {
    const allowed = readPatterns(table, key, parseName);
    if (allowed === undefined) return undefined;
    return ({ environment }) =>
      environment
        ?.filter((name) => !allowed.some(({ pattern }) => pattern(name)))
        .map((name) => `the variable "${name}" is not allowed; allowed: ${listed(allowed)}`);
  },
};

const DENY: TopicKey = {
  name: 'deny',
  type: 'texts',
  description: 'No variables of these names, allowed or not.',
  example: '["LD_*", "*_TOKEN"]',
  read(table, key) {
    const denied = readPatterns(table, key, parseName);
    if (denied === undefined) return undefined;
    return ({ environment }) =>
      environment?.flatMap((name) => {
        const found = denied.find(({ pattern }) => pattern(name));
        return found === undefined ? [] : [`the variable "${name}" is denied by "${found.text}"`];
      });
  },
};

export const ENVIRONMENT: Topic = {
  name: 'environment',
  description:
    'Names of the variables that buildpacks get by `env`, `env-files`, `dependency-mirror` and project.toml. Values are never looked at.',
  keys: [ALLOW, DENY],
};
