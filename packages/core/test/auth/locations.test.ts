import { describe, expect, test } from 'vitest';
import { loginPlaces } from '../../src/auth/index.ts';

const MACHINE = { home: '/home/ci', workingDirectory: '/builds/shop' };
const CONTAINERS = '/home/ci/.config/containers/auth.json';

describe('what holds logins', () => {
  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['nothing is said', {}, ['/home/ci/.docker', CONTAINERS, '/home/ci/.docker/config.json']],
    [
      'variables name them',
      { DOCKER_CONFIG: '/d', REGISTRY_AUTH_FILE: '/a.json', XDG_RUNTIME_DIR: '/run/1' },
      ['/d', '/a.json', '/run/1/containers/auth.json', CONTAINERS, '/d/config.json', '/d/.dockerconfigjson'],
    ],
    ['they are among the files of the job', { DOCKER_CONFIG: '.docker', REGISTRY_AUTH_FILE: 'a.json' }, [CONTAINERS]],
    [
      'the job is in their folder',
      { DOCKER_CONFIG: '/builds' },
      [CONTAINERS, '/builds/config.json', '/builds/.dockerconfigjson'],
    ],
  ])('where %s', (_case, environment, places) => {
    expect(loginPlaces(environment, MACHINE)).toEqual(places);
  });
});
