import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { asArray, asRecord, asText, parseJson } from '../../packages/core/src/json/json.ts';
import { lintWith, pythonTool } from './python-tool.ts';

const NAME = 'check-jsonschema';

/** Installs it. */
export async function checkJsonschema(): Promise<string> {
  return pythonTool(NAME);
}

/** CIs whose own JSON Schemas it brings along, by their names there. */
export type CiSchema = 'circle-ci' | 'gitlab-ci' | 'woodpecker-ci';

type Documents = Readonly<Record<string, string>>;

/** As `schemaProblems`, for pipelines of GitLab's. */
export async function gitlabSchemaProblems(documents: Documents): Promise<readonly string[]> {
  return schemaProblems('gitlab-ci', documents);
}

/**
 * What is wrong with files for a CI by its own JSON Schema: `NAME: PATH: WHAT` for each problem.
 *
 * @param documents YAML texts of one document each, by their names
 */
export async function schemaProblems(schema: CiSchema, documents: Documents): Promise<readonly string[]> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'buildpacks-ci-test-'));
  try {
    const names = Object.keys(documents);
    const files = names.map((_, index) => path.join(directory, `${index}.yml`));
    for (const [index, name] of names.entries()) await writeFile(files[index] ?? '', documents[name] ?? '');
    const problems = await check(schema, files);
    return problems.map(({ file, where, what }) => `${names[files.indexOf(file)] ?? file}: ${where}: ${what}`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Problem {
  readonly file: string;
  readonly where: string;
  readonly what: string;
}

async function check(name: CiSchema, files: readonly string[]): Promise<readonly Problem[]> {
  // GitLab has tags of YAML's own.
  const transform = name === 'gitlab-ci' ? ['--data-transform', name] : [];
  const schema = ['--builtin-schema', `vendor.${name}`, ...transform];
  const output = await lintWith(NAME, [...schema, '--output-format', 'json', ...files]);
  const report = asRecord(parseJson(output));
  if (report === undefined) throw new Error(`${NAME} gave no report: ${output}`);
  return [...asArray(report['errors']), ...asArray(report['parse_errors'])].map((item) => {
    const problem = asRecord(item) ?? {};
    const [file = '', where = '', what = ''] = ['filename', 'path', 'message'].map((key) => asText(problem[key]));
    return { file, where, what };
  });
}
