import { describe, expect, it } from 'vitest';
import { SAMPLE_RESULT } from '../../core/test/report/sample-result.ts';
import { effectiveInputs, givenInputs, renderSummary } from '../src/summary.ts';

describe('givenInputs', () => {
  it('leaves out what is as by default', () => {
    expect(givenInputs({ INPUT_CACHE: 'auto', INPUT_PUBLISH: 'true', INPUT_TAGS: '' })).toEqual([
      { name: 'publish', value: 'true' },
    ]);
  });

  it.each(['REGISTRY-AUTH', 'HTTPS-PROXY', 'CACHE-SIGN-KEY', 'GITHUB-TOKEN'])('hides %s', (name) => {
    const shown = JSON.stringify(effectiveInputs({ [`INPUT_${name}`]: 'the-secret' }));
    expect(shown).not.toContain('the-secret');
  });

  it('shows the names of variables and not their values', () => {
    const value =
      'NPM_TOKEN=the-secret\nPLAIN\r\n MORE <<EOF\nthe-secret and more\nthe-secret\nEOF\nLAST=a<<the-secret\nB=';
    const [env] = givenInputs({ INPUT_ENV: value });
    expect(env?.value).toBe('NPM_TOKEN\nPLAIN\nMORE\nLAST\nB');
  });
});

it('counts the packages of all bills and has no known secret', () => {
  const bills = [
    { file: 'launch/a/sbom.cdx.json', components: [{ name: 'a' }, { name: 'b' }] },
    { file: 'launch/b/sbom.cdx.json', components: [{ name: 'c' }] },
  ];
  const result = { ...SAMPLE_RESULT, warnings: ['the-secret'] };
  const page = renderSummary(result, { bills, inputs: [] }, (text) => text.replaceAll('the-secret', '***'));
  expect(page).toContain('3 packages in 1 file');
  expect(page).not.toContain('the-secret');
});

it.each(['a|secret', `${'long '.repeat(70)}secret that is cut off ${'.'.repeat(60)}`])(
  'hides %j in an input',
  (secret) => {
    const inputs = [{ name: 'tags', value: `x${'.'.repeat(20)} ${secret}` }];
    const page = renderSummary(SAMPLE_RESULT, { bills: [], inputs }, (text) => text.replaceAll(secret, '***'));
    expect(page).toContain('***');
    expect(page).not.toContain('secret');
  },
);
