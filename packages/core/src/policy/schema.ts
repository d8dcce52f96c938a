import { optional } from '../json/json.ts';
import { POLICY_FILE, POLICY_VERSION } from './policy.ts';
import type { Topic, TopicKey } from './topic.ts';
import { TOPICS } from './topics/index.ts';

/** The JSON Schema of a policy, for editors that check TOML by one. What patterns and ages may be, only `parsePolicy` knows. */
export function policySchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `${POLICY_FILE}, version ${POLICY_VERSION}`,
    description:
      'The rules that builds must keep, all of them. A program that does not know the version must refuse the file.',
    type: 'object',
    properties: {
      version: { const: POLICY_VERSION },
      help: { type: 'string', description: 'Where those who are refused find help; stands below each refusal.' },
      ...Object.fromEntries(TOPICS.map((topic) => [topic.name, topicReference(topic)])),
    },
    required: ['version'],
    additionalProperties: false,
    $defs: Object.fromEntries(TOPICS.map((topic) => [topic.name, topicSchema(topic)])),
  };
}

/** One table, or several with messages of their own. */
function topicReference({ name, description }: Topic): object {
  const table = { $ref: `#/$defs/${name}` };
  return { description: plain(description), oneOf: [table, { type: 'array', items: table }] };
}

function topicSchema({ keys }: Topic): object {
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(keys.map((key) => [key.name, keySchema(key)])),
      message: { type: 'string', description: 'What those who break a rule of this table are told.' },
    },
    additionalProperties: false,
  };
}

function keySchema({ type, values, description }: TopicKey): object {
  const text = { type: 'string', ...optional('enum', values) };
  const shapes = { flag: { type: 'boolean' }, text, texts: { type: 'array', items: text } };
  return { ...shapes[type], description: plain(description) };
}

/** Links lead nowhere in an editor. */
function plain(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}
