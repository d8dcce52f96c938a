import { describe, expect, it } from 'vitest';
import { fleetCsv } from '../../src/fleet/render-csv.ts';
import { fleetPage } from '../../src/fleet/render-html.ts';
import { fleetJson } from '../../src/fleet/render-json.ts';
import { renderFleet } from '../../src/fleet/render-text.ts';
import type { AppEntry, ComponentSearch, FleetImage, FleetReport } from '../../src/fleet/report.ts';
import type { Digest } from '../../src/reference/index.ts';

const DIGEST: Digest = `sha256:${'a'.repeat(64)}`;

const APP: AppEntry = {
  kind: 'app',
  repository: 'r.example/team/web',
  tags: ['1', 'latest'],
  digest: DIGEST,
  workloads: [],
  platform: { os: 'linux', architecture: 'amd64' },
  size: 1000,
  runImage: 'run.example/base:1',
  distribution: 'ubuntu 24.04',
  base: {
    state: 'outdated',
    created: '2026-10-01T00:00:00.000Z',
    latest: { name: 'run.example/base:1', digest: DIGEST, created: '2026-11-01T00:00:00.000Z' },
  },
  buildpacks: [{ id: 'samples/java', version: '1.2.3' }],
  lifecycle: '0.21.14',
  rebasable: true,
  labels: {},
};

function reportOf(images: readonly FleetImage[], more: Partial<FleetReport> = {}): FleetReport {
  return {
    schemaVersion: 1,
    created: '2026-11-22T00:00:00.000Z',
    components: [],
    labels: [],
    images,
    leftOut: [],
    traffic: { requests: 3, bytesDown: 2000 },
    ...more,
  };
}

const NAME = { repository: 'r.example/team/x', tags: ['1'], workloads: [] };
const FOUND = { name: 'log4j-core', version: '2.14.1', buildpack: 'samples_java', layer: 'jre' };

const SEARCHED: ComponentSearch = { state: 'searched', found: [FOUND], unread: [] };
const NO_BILL: ComponentSearch = { state: 'none' };

describe('the table', () => {
  it('is one for each base, with age and distance', () => {
    expect(renderFleet(reportOf([APP]))).toEqual([
      '1 image with buildpacks: 1 outdated',
      '',
      'run.example/base:1 (ubuntu 24.04)',
      '  IMAGE                          BASE                     AGE  LIFECYCLE  BUILDPACKS',
      '  r.example/team/web:1 (+1 tag)  outdated by 31 days  52 days  0.21.14    samples/java@1.2.3',
      '',
      '3 requests, 2 kB down',
    ]);
  });

  it('tells components, what was not searched, and what was not read', () => {
    const images: readonly FleetImage[] = [
      { ...APP, components: SEARCHED },
      { ...APP, repository: 'r.example/team/none', components: NO_BILL },
      { ...NAME, kind: 'other', digest: DIGEST, reason: 'not built with buildpacks' },
      { ...NAME, kind: 'failed', reason: 'denied', temporary: false },
    ];
    const text = renderFleet(reportOf(images, { components: ['log4j-core'] })).join('\n');
    for (const line of [
      '2 images with buildpacks: 2 outdated, 1 with log4j-core, 1 not searched; 1 not built with buildpacks; 1 not read',
      '  r.example/team/web:1 (+1 tag)  log4j-core@2.14.1  samples_java:jre',
      '  r.example/team/none:1 (+1 tag)  it has no bill of materials',
      'Not read\n  r.example/team/x:1  denied',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('fits into the terminal', () => {
    const lines = renderFleet(reportOf([APP]), 60);
    expect(Math.max(...lines.map((line) => line.length))).toBe(60);
  });

  it('loses no word of what is no table', () => {
    const reason = 'the registry did not answer and nobody can tell for how long that will be so';
    const lines = renderFleet(reportOf([{ ...NAME, kind: 'failed', reason, temporary: true }]), 40);
    expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(reason);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  });

  it('says what runs although its tag is newer', () => {
    const text = renderFleet(reportOf([{ ...APP, tags: [], movedTag: '1' }])).join('\n');
    expect(text).toMatch(/team\/web@sha256:a+ +outdated by 31 days, :1 is newer: roll out/);
  });

  it('does not let an image speak to the terminal', () => {
    const hostile = {
      ...APP,
      lifecycle: '\u001b[2J\nall fine',
      buildpacks: [{ id: 'x\u202e', version: '\u001b]0;t\u0007' }],
    };
    expect(renderFleet(reportOf([hostile])).join('')).not.toMatch(/[\u001b\u202e\n]/);
  });
});

describe('JSON', () => {
  it('is the report', () => {
    expect(JSON.parse(fleetJson(reportOf([APP])))).toEqual(reportOf([APP]));
  });
});

describe('comma-separated values', () => {
  /** Reads RFC 4180. */
  const cells = (text: string): readonly (readonly string[])[] =>
    text
      .split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
      .slice(0, -1)
      .map((line) =>
        line
          .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
          .map((cell) => cell.replace(/^"([^]*)"$/, '$1').replaceAll('""', '"')),
      );

  it('have a line of names, and as many cells in each line', () => {
    const images: readonly FleetImage[] = [
      APP,
      { ...NAME, kind: 'other', digest: DIGEST, reason: 'an artifact' },
      { ...NAME, kind: 'failed', reason: 'denied', temporary: false },
    ];
    const table = cells(fleetCsv(reportOf(images, { labels: ['team'] })));
    expect(table.map((row) => row.length)).toEqual(Array(4).fill(table[0]?.length));
  });

  it('tell what a table of machines needs', () => {
    const [names = [], values = []] = cells(fleetCsv(reportOf([APP])));
    const row = Object.fromEntries(names.map((name, index) => [name, values[index]]));
    expect(row).toMatchObject({
      image: 'r.example/team/web:1',
      kind: 'app',
      base: 'outdated',
      base_age_days: '52',
      buildpacks: 'samples/java@1.2.3',
      rebasable: 'yes',
    });
  });

  it.each([
    ["=cmd|' /C calc'!A0", `'=cmd|' /C calc'!A0`],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(1)', "'@SUM(1)"],
    [' =1', "' =1"],
    ['a;=1', "a;'=1"],
    ['a;b', 'a;b'],
    ['\t=1', String.raw`\t=1`],
    ['a"b,c', 'a"b,c'],
    ['a\n::error::b', String.raw`a\n::error::b`],
    ['\u001b]0;title\u0007red\u001b[31m', 'red'],
  ])('quote %j for spreadsheets', (label, expected) => {
    const report = reportOf([{ ...APP, labels: { team: label } }], { labels: ['team'] });
    expect(cells(fleetCsv(report))[1]?.at(-1)).toBe(expected);
  });
});

describe('the page', () => {
  it('says at its top what was not read, and has what was looked for beside the names', () => {
    const failed: FleetImage = { ...NAME, kind: 'failed', reason: 'denied', temporary: false };
    const page = fleetPage(reportOf([{ ...APP, components: SEARCHED }, failed], { components: ['log4j-core'] }));
    expect(page).toContain('1 image with buildpacks: 1 outdated, 1 with log4j-core; 1 not read.');
    expect(page).toMatch(/"title":"Image"[^}]*\},\{"title":"Components"/);
  });

  it('has nothing of an image outside of data, and no data that ends its element', () => {
    const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(1)>\u2028<!--';
    const image = { ...APP, lifecycle: hostile, runImage: hostile, buildpacks: [{ id: hostile, version: hostile }] };
    const page = fleetPage(reportOf([image], { labels: [hostile], components: [hostile] }));
    expect([page.includes('<img'), page.match(/<script[ >]/g)?.length, page.includes('alert(1)</script')]).toEqual([
      false,
      2,
      false,
    ]);
  });

  it('asks for nothing', () => {
    const page = fleetPage(reportOf([APP]));
    expect(page).toContain('default-src &#39;none&#39;');
    expect(page).not.toMatch(/(?:src|href)=|url\(|@import|https?:/);
  });

  it('has less than 500 KB for a thousand images', () => {
    const buildpacks = Array.from({ length: 9 }, (_, index) => ({
      id: `paketo-buildpacks/some-part-${index}`,
      version: '12.34.5',
    }));
    const images = Array.from({ length: 1000 }, (_, index): FleetImage => ({
      ...APP,
      repository: `registry.example/a-team-of-some-size/an-application-${index}`,
      digest: `sha256:${index.toString(16).padStart(64, '0')}`,
      buildpacks: buildpacks.map(({ id, version }) => ({ id, version: index % 10 === 0 ? `1.${index}` : version })),
      workloads: [{ namespace: 'production', name: `Deployment/an-application-${index}` }],
    }));
    expect(fleetPage(reportOf(images)).length).toBeLessThan(500_000);
  });
});
