import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fleetPage } from '../../../packages/core/src/fleet/render-html.ts';
import type { FleetImage, FleetReport } from '../../../packages/core/src/fleet/report.ts';
import { type BrowserPage, withPage } from '../../support/browser.ts';
import { requiresChromium } from '../../support/requires.ts';

const HOSTILE = '</script><script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">';

function image(index: number, more: object = {}): FleetImage {
  return {
    kind: 'app',
    repository: `registry.example/team/app-${index}`,
    tags: ['1'],
    digest: `sha256:${index.toString(16).padStart(64, '0')}`,
    workloads: [],
    platform: { os: 'linux', architecture: 'amd64' },
    size: 1000,
    runImage: 'run.example/base:1',
    base: {
      state: index % 3 === 0 ? 'outdated' : 'current',
      created: new Date(Date.UTC(2026, 0, 1 + index)).toISOString(),
    },
    buildpacks: [{ id: 'samples/java', version: `1.${index}.0` }],
    lifecycle: '0.21.14',
    rebasable: true,
    labels: {},
    ...more,
  };
}

function reportOf(images: readonly FleetImage[]): FleetReport {
  const traffic = { requests: 0, bytesDown: 0 };
  const created = '2026-11-22T00:00:00.000Z';
  return { schemaVersion: 1, created, components: [], labels: [], images, leftOut: [], traffic };
}

async function show<T>(
  images: readonly FleetImage[],
  work: (page: BrowserPage) => Promise<T>,
  scheme?: 'dark',
): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'fleet-page-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'fleet.html');
  await writeFile(file, fleetPage(reportOf(images)));
  return withPage(file, work, { ...(scheme && { scheme }) });
}

const SHOWN = `[...document.querySelectorAll('tbody tr')].filter((row) => !row.hidden).map((row) => row.cells[0].innerText.split('\\n')[0].split('/').at(-1))`;
const search = (text: string) =>
  `{ const field = document.querySelector('input'); field.value = ${JSON.stringify(text)}; field.dispatchEvent(new Event('input')); } ${SHOWN}`;

requiresChromium('the page of images in a browser', () => {
  const five = Array.from({ length: 5 }, (_, index) => image(index));

  it('shows all images, and says how many', async () => {
    const seen = await show(five, async (page) => [
      await page.evaluate(SHOWN),
      await page.evaluate(`document.querySelector('[role=status]').textContent`),
    ]);
    expect(seen).toEqual([['app-0:1', 'app-1:1', 'app-2:1', 'app-3:1', 'app-4:1'], '5 of 5 shown']);
  });

  it.each([
    ['app-3', ['app-3:1']],
    ['JAVA@1.2.0', ['app-2:1']],
    ['team outdated', ['app-0:1', 'app-3:1']],
    ['nothing like it', []],
  ])('searches for "%s"', async (text, expected) => {
    expect(await show(five, (page) => page.evaluate(search(text)))).toEqual(expected);
  });

  it('shows those with one state of the base', async () => {
    const choose = `{ const list = document.querySelector('select'); list.value = 'outdated'; list.dispatchEvent(new Event('change')); } ${SHOWN}`;
    expect(await show(five, (page) => page.evaluate(choose))).toEqual(['app-0:1', 'app-3:1']);
  });

  it('is sorted by keyboard, in both directions, and tells so', async () => {
    const images = [9, 10, 2].map((index) => image(index));
    const state = `[${SHOWN}.join(' '), document.querySelector('th').getAttribute('aria-sort')]`;
    const seen = await show(images, async (page) => {
      // Search field, list of states, region of the table, first heading.
      for (let step = 0; step < 4; step++) await page.press('Tab');
      await page.press('Enter');
      const ascending = await page.evaluate(state);
      await page.press('Enter');
      return [ascending, await page.evaluate(state)];
    });
    expect(seen).toEqual([
      ['app-2:1 app-9:1 app-10:1', 'ascending'],
      ['app-10:1 app-9:1 app-2:1', 'descending'],
    ]);
  });

  it('names every control and heading for screen readers', async () => {
    const unnamed = `[...document.querySelectorAll('input, select')].filter((each) => each.labels.length === 0).length
      + [...document.querySelectorAll('th')].filter((each) => each.scope !== 'col' || each.innerText === '').length
      + [...document.querySelectorAll('[aria-labelledby]')].filter((each) => !document.getElementById(each.getAttribute('aria-labelledby'))).length`;
    expect(await show(five, (page) => page.evaluate(unnamed))).toBe(0);
  });

  it('takes what images say for text, and asks nobody for anything', async () => {
    const hostile = image(1, {
      lifecycle: HOSTILE,
      runImage: HOSTILE,
      buildpacks: [{ id: HOSTILE, version: HOSTILE }],
      base: { state: 'unknown' },
    });
    const seen = await show([hostile], async (page) => ({
      title: await page.evaluate('document.title'),
      images: await page.evaluate('document.images.length'),
      text: await page.evaluate(`document.querySelector('tbody').textContent.includes(${JSON.stringify(HOSTILE)})`),
      requests: page.requests,
      errors: page.errors,
    }));
    expect(seen).toEqual({ title: 'Images and their bases', images: 0, text: true, requests: [], errors: [] });
  });

  it('runs no script but its own', async () => {
    const inject = `{ const own = document.createElement('script'); own.textContent = 'document.title = "owned"'; document.body.append(own); } document.title`;
    expect(await show(five, (page) => page.evaluate(inject))).toBe('Images and their bases');
  });

  it.each([
    [undefined, 'rgb(255, 255, 255)'],
    ['dark', 'rgb(13, 17, 23)'],
  ] as const)('follows the reader: %s', async (scheme, expected) => {
    const background = 'getComputedStyle(document.body).backgroundColor';
    expect(await show(five, (page) => page.evaluate(background), scheme)).toBe(expected);
  });

  it('shows a thousand images', async () => {
    const images = Array.from({ length: 1000 }, (_, index) => image(index));
    expect(await show(images, (page) => page.evaluate(`${SHOWN}.length`))).toBe(1000);
  });
});
