import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { environmentName, INPUTS } from '../../packages/core/src/inputs/index.ts';
import { ROOT } from '../support/documents.ts';
import { shownFiles } from '../support/shown-files.ts';

const PAGE = readFileSync(path.join(ROOT, 'docs/other-ci.md'), 'utf8');
const TOOL_IMAGE = `ghcr.io/buildpacks-ci/buildpacks-ci@sha256:${'0'.repeat(64)}`;

describe('the files of a page', () => {
  const page = (language: string, text: string) => `# Page\n\n\`\`\`${language}\n${text}\`\`\`\n`;

  test.each([
    ['yaml', '# .a/b.yml\nc: d\n', '.a/b.yml'],
    ['groovy', '// Jenkinsfile\nd\n', 'Jenkinsfile'],
    ['groovy', '// Jenkinsfile, agent\nd\n', 'Jenkinsfile, agent'],
  ])('are %s that begins with a name', (language, text, name) => {
    expect(shownFiles(page(language, text))).toEqual(new Map([[name, text]]));
  });

  test.each(['a: b\n', '# what this is for\na: b\n'])('are not "%s"', (text) => {
    expect(shownFiles(page('yaml', text))).toEqual(new Map());
  });
});

describe('docs/other-ci.md', () => {
  test('names inputs that there are', () => {
    const known = INPUTS.map(({ name }) => environmentName(name));
    const named = [...PAGE.matchAll(/\bBUILDPACKS_CI_[A-Z_]+/g)].map(([name]) => name);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
    expect(named).not.toEqual([]);
  });

  test('gives options that there are', () => {
    const known = INPUTS.map(({ name }): string => name);
    const commands = [...PAGE.matchAll(/\bbuildpacks-ci build\b.*(?:\\\n.*)*/g)].map(([text]) => text);
    const options = commands.flatMap((text) => [...text.matchAll(/ --([\w-]+)/g)].map(([, name = '']) => name));
    expect(options.filter((name) => !known.includes(name))).toEqual([]);
    expect(options).not.toEqual([]);
  });
});

describe.each(['README.md', 'docs/other-ci.md', 'image/README.md'])('%s', (file) => {
  test('has one line for the tool image, which a release replaces', () => {
    const page = readFileSync(path.join(ROOT, file), 'utf8');
    const lines = page.match(/ghcr\.io\/buildpacks-ci\/buildpacks-ci@sha256:\w+\b(?!…)/g) ?? [];
    expect(new Set(lines)).toEqual(new Set([TOOL_IMAGE]));
  });
});
