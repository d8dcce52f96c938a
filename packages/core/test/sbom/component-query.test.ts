import { describe, expect, it } from 'vitest';
import { parseComponentQuery } from '../../src/sbom/component-query.ts';

const LOG4J = {
  name: 'log4j-core',
  version: '2.14.1',
  purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar',
};

function matches(query: string, component: Parameters<ReturnType<typeof parseComponentQuery>['matches']>[0]): boolean {
  return parseComponentQuery(query, 'component').matches(component);
}

describe('a name', () => {
  it.each([
    ['log4j-core', true],
    ['LOG4J-Core', true],
    ['log4j', false],
    ['log4j*', true],
    ['*core', true],
    ['log4j.core', false],
    ['org.apache.logging.log4j:log4j-core', true],
    ['org.apache.logging.log4j/log4j-core', true],
    ['pkg:maven/org.apache.logging.log4j/log4j-core', true],
    ['pkg:npm/log4j-core', false],
  ])('"%s" finds log4j-core: %j', (query, expected) => {
    expect(matches(query, LOG4J)).toBe(expected);
  });

  it.each(['@babel/core', '@babel/core@<7.1', 'pkg:npm/@babel/core@7.0.0', 'pkg:npm/%40babel/core', 'core@7.x'])(
    '"%s" finds a scoped package',
    (query) => {
      expect(matches(query, { name: 'core', version: '7.0.0', purl: 'pkg:npm/%40babel/core@7.0.0' })).toBe(true);
    },
  );

  it('finds a component without a package URL', () => {
    expect(matches('openssl', { name: 'openssl' })).toBe(true);
  });
});

describe('a range', () => {
  it.each([
    ['log4j-core@<2.17', true],
    ['log4j-core@<2.14.1', false],
    ['log4j-core@<=2.14.1', true],
    ['log4j-core@>=2.0 <2.15', true],
    ['log4j-core@>=2.0,<2.15', true],
    ['log4j-core@>= 2.0 < 2.15', true],
    ['log4j-core@>2.14.1', false],
    ['log4j-core@2.14.1', true],
    ['log4j-core@=2.14.1', true],
    ['log4j-core@!=2.14.1', false],
    ['log4j-core@2.14.x', true],
    ['log4j-core@2.1.x', false],
    ['log4j-core@<1 || 2.14.*', true],
    ['pkg:maven/org.apache.logging.log4j/log4j-core@<2.17', true],
  ])('"%s" holds 2.14.1: %j', (query, expected) => {
    expect(matches(query, LOG4J)).toBe(expected);
  });

  it('holds a version that is not known', () => {
    expect(matches('log4j-core@<2.17', { name: 'log4j-core' })).toBe(true);
  });

  it.each([
    '',
    '@',
    '@<2',
    '@2',
    'log4j<2',
    'log4j=2',
    'log4j!2',
    'a|b',
    'log4j@',
    'a b',
    'a@b@1',
    'log4j@<',
    'log4j@<2 ||',
    'log4j@<>2',
    'log4j@>=x1 ||',
  ])('is not "%s"', (text) => {
    expect(() => parseComponentQuery(text, 'component')).toThrow(`"${text}"`);
  });
});
