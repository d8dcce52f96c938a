import { format, resolveConfig } from 'prettier';
import { policySchema } from '../packages/core/src/policy/schema.ts';
import { TOPICS } from '../packages/core/src/policy/topics/index.ts';
import { markdownTable } from './markdown-table.ts';

const SCHEMA = 'docs/policy.schema.json';

/** The schema of policies, as Prettier would leave it. */
export async function renderPolicySchema(): Promise<readonly [string, string]> {
  const options = await resolveConfig(SCHEMA);
  return [SCHEMA, await format(JSON.stringify(policySchema()), { ...options, filepath: SCHEMA })];
}

/** For the page on policies: a table of rules for each topic. */
export function renderPolicyRules(): string {
  return TOPICS.map(({ name, description, keys }) => {
    const rows = keys.map((key) => [`\`${key.name}\``, key.description, `\`${key.example}\``]);
    return `### ${name}\n\n${description}\n\n${markdownTable(['rule', 'what holds', 'for example'], rows)}`;
  }).join('\n');
}
