import { compareText } from '../../lock/image-name.ts';
import type { DependencyNeed, Need } from './need.ts';
import type { VerifyOutcome } from './verify-offline.ts';

/** Lines for people; dependencies by buildpack and host, since there may be hundreds. */
export function renderNeeds({ needs, unread }: VerifyOutcome): readonly string[] {
  const images = needs.filter((need) => need.kind === 'image');
  const archives = needs.filter((need) => need.kind === 'archive');
  const packages = needs.filter((need) => need.kind === 'packages');
  const dependencies = needs.filter((need) => need.kind === 'dependency');
  return [
    ...section(
      'images; lock, bundle and load them, or name the mirror that has them',
      images.map(({ role, name }) => `${role} ${name}`),
    ),
    ...section(
      'buildpacks from the web; carry them over, and give their files',
      archives.map(({ uri }) => uri),
    ),
    ...section(
      'what buildpacks fetch if they take part; bundle it with --dependencies, or give a dependency-mirror',
      byBuildpack(dependencies),
    ),
    ...section(
      'packages; vendor them, or name a registry in the closed network',
      packages.map(({ manager, file, host }) => `${host} by ${manager} for ${file}`),
    ),
    ...section(
      'could not be read',
      unread.map(({ name, reason }) => `${name}: ${reason}`),
    ),
    ...(needs.length === 0 ? ['nothing is needed from outside'] : []),
  ];
}

/** How a refusal says it. */
export function summaryOf(needs: readonly Need[]): string {
  const hosts = [...new Set(needs.map(({ host }) => host))].sort(compareText);
  return `a build with these inputs may need ${needs.length} ${needs.length === 1 ? 'thing' : 'things'} from outside, of ${hosts.join(', ')}`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function byBuildpack(needs: readonly DependencyNeed[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { buildpack, host, id, version } of needs) {
    const key = `${host} by ${buildpack}`;
    groups.set(key, [...(groups.get(key) ?? []), `${id}@${version}`]);
  }
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, names]) => `${key}: ${[...new Set(names)].join(', ')}`);
}
