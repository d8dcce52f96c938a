import { asRecord, optional } from '../json/json.ts';
import { digestOf } from '../reference/index.ts';
import { openToml } from '../toml/open-toml.ts';
import type { TableReader } from '../toml/table.ts';
import { type Policy, POLICY_VERSION, type Rule } from './policy.ts';
import type { Topic } from './topic.ts';
import { TOPICS } from './topics/index.ts';

/**
 * Reads a policy. What it does not know it refuses: a rule that is misspelt would protect nobody.
 *
 * @param name the file's, as the user wrote it
 * @throws InputError with every problem there is, each with its line and column
 */
export function parsePolicy(text: string, name: string): Policy {
  const root = openToml(text, name, 'policy');
  requireVersion(root);
  const help = root.text('help');
  const rules = TOPICS.flatMap((topic) => tablesOf(root, topic.name).flatMap((table) => readRules(table, topic)));
  root.refuseUnknown();
  root.findings.problems.throwIfAny();
  return { name, digest: digestOf(Buffer.from(text)), text, ...optional('help', help), rules };
}

function requireVersion(root: TableReader): void {
  const version = root.value('version');
  if (version === POLICY_VERSION) return;
  const found = version === undefined ? 'it is missing' : `${JSON.stringify(version)} is not known here`;
  const newer = typeof version === 'number' && version > POLICY_VERSION;
  root.problem('version', found, newer ? 'Use a newer buildpacks-ci.' : `Write version = ${POLICY_VERSION}.`);
  // What another version means is not for this one to say.
  if (version !== undefined) root.findings.problems.throwIfAny();
}

/** A topic is a table, or an array of tables where its rules have messages of their own. */
function tablesOf(root: TableReader, topic: string): readonly TableReader[] {
  if (asRecord(root.value(topic)) === undefined) return root.tables(topic);
  const table = root.table(topic);
  return table === undefined ? [] : [table];
}

function readRules(table: TableReader, topic: Topic): readonly Rule[] {
  const message = table.text('message');
  const rules = topic.keys.flatMap((key) => {
    if (!table.has(key.name)) {
      table.allow(key.name);
      return [];
    }
    const judge = key.read(table, key.name);
    if (judge === undefined) return [];
    const place = table.findings.positions.placeOf([...table.path, key.name]);
    return [{ name: `${topic.name}.${key.name}`, place, ...optional('message', message), judge }];
  });
  table.refuseUnknown();
  if (!topic.keys.some(({ name }) => table.has(name))) {
    table.problem(undefined, 'it has no rule', `Write some of ${topic.keys.map(({ name }) => name).join(', ')}.`);
  }
  return rules;
}
