import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { codeBlock, codeSpan } from '../../src/report/markdown-text.ts';
import type { BuildResult } from '../../src/report/result.ts';
import { SAMPLE_RESULT } from './sample-result.ts';

/** Each line outside of code blocks, code spans taken out: what a reader of Markdown takes for markup. */
function markup(markdown: string): string {
  const outside: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    const [run] = /^`{3,}/.exec(line) ?? [];
    if (fence !== undefined) {
      if (line === fence) fence = undefined;
    } else if (run !== undefined) fence = run;
    else outside.push(line.replace(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, ''));
  }
  return outside.join('\n');
}

const HOSTILE = '`|<img src=x onerror=a>[x](https://evil.example) @octocat **b** ``` <!-- \n# Title\n</details>';

describe('renderMarkdown', () => {
  const page = renderMarkdown(SAMPLE_RESULT, {
    components: 214,
    inputs: [{ name: 'tags', value: '1\nlatest' }],
  });

  it.each([
    ['the image', '### `registry.example/shop:1`'],
    ['the digest', `| Digest | \`${SAMPLE_RESULT.digest}\` |`],
    ['all tags', '`registry.example/shop:1`<br>`registry.example/shop:latest`'],
    ['the size', '35 MB in 3 layers'],
    ['buildpacks', '| Buildpacks | `samples/nodejs@1.2.3` |'],
    ['the run image', `\`registry.example/run:3@${SAMPLE_RESULT.runImage.digest}\``],
    ['the cache', '`registry:registry.example/cache: 3 layers restored'],
    ['the bills of materials', '214 packages in 1 file'],
    ['layers of the run image in one row', '| run image, 1 layer | 30 MB | base |'],
    ['reused layers', '| `samples/nodejs:modules` | 5.3 MB | reused |'],
    ['new layers', '| `app` | 812 B | **new** |'],
    ['times as bars', 'run       1 min 05 s  ████████████████████████████████'],
    ['warnings', 'the cache was damaged'],
    ['inputs, folded up', '<details><summary>Inputs</summary>'],
    ['lists of inputs', '| `tags` | `1`<br>`latest` |'],
  ])('shows %s', (_, text) => {
    expect(page).toContain(text);
  });

  it('says so when nothing was published', () => {
    const { image, ...result } = SAMPLE_RESULT;
    expect(image).toBeDefined();
    expect(renderMarkdown({ ...result, tags: [] })).toMatch(/^### Image, not published\n/);
  });

  it('is the markup that it would be without foreign text, whatever that is', () => {
    const hostile: BuildResult = {
      ...SAMPLE_RESULT,
      buildpacks: [{ id: HOSTILE, version: HOSTILE }],
      processes: [{ type: HOSTILE, command: [], args: [], direct: true, default: false }],
      layers: SAMPLE_RESULT.layers.map((layer) => ({
        ...layer,
        owner: { kind: 'buildpack', buildpack: HOSTILE, layer: HOSTILE },
      })),
      warnings: [HOSTILE],
    };
    const inputs = [{ name: 'env', value: HOSTILE }];
    const found = markup(renderMarkdown(hostile, { inputs }));
    expect(found).not.toMatch(/evil|octocat|<img|<!--|# Title/);
    expect(found.match(/<\/details>/g)).toHaveLength(1);
    const rows = found.split('\n').filter((line) => line.startsWith('|'));
    const columns = rows.map((row) => row.split(/(?<!\\)\|/).length);
    expect(new Set(columns)).toEqual(new Set([4, 5]));
  });

  it('stays below a mebibyte, whatever there is to show', () => {
    const long = '界|'.repeat(5_000);
    const many = <T>(item: T): readonly T[] => Array.from({ length: 2_000 }, () => item);
    const [layer] = SAMPLE_RESULT.layers.slice(1);
    const huge: BuildResult = {
      ...SAMPLE_RESULT,
      tags: many(long),
      buildpacks: many({ id: long, version: long }),
      processes: many({ type: long, command: [], args: [], direct: true, default: false }),
      layers: many({
        ...(layer as BuildResult['layers'][number]),
        owner: { kind: 'buildpack', buildpack: long, layer: long },
      }),
      warnings: many(long),
    };
    const markdown = renderMarkdown(huge, { inputs: many({ name: 'env', value: many(long).join('\n') }) });
    expect(Buffer.byteLength(markdown)).toBeLessThan(1024 * 1024);
    expect(markdown).toContain('more');
  });
});

describe('codeSpan', () => {
  it.each([
    ['text', '`text`'],
    ['a`b', '``a`b``'],
    ['`a``', '``` `a`` ```'],
    ['a|b', '`a\\|b`'],
    ['a\nb', '`a\\nb`'],
    ['\u001b[31mred\u202e', '`red`'],
    ['', ''],
  ])('shows %j', (text, markdown) => {
    expect(codeSpan(text)).toBe(markdown);
  });
});

it('has a fence that its lines do not end', () => {
  expect(codeBlock(['a', '````', 'b'])).toEqual(['`````text', 'a', '````', 'b', '`````']);
});
