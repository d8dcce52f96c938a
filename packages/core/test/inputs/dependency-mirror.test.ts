import { describe, expect, it } from 'vitest';
import { fileAddress } from '../../src/network/file-address.ts';
import { messagesOf, parse, problemsOf } from './support.ts';

const ALL = 'https://mirror.corp/deps';

/** The variables that buildpacks get. */
const environmentOf = (mirrors: string, env = '') => parse({ 'dependency-mirror': mirrors, env }).environment;

describe('dependency-mirror', () => {
  it.each<[line: string, name: string, value: string]>([
    [ALL, 'BP_DEPENDENCY_MIRROR', ALL],
    [`${ALL}/`, 'BP_DEPENDENCY_MIRROR', ALL],
    ['https://mirror.corp:8443', 'BP_DEPENDENCY_MIRROR', 'https://mirror.corp:8443'],
    ['https://mirror.corp/{originalHost}', 'BP_DEPENDENCY_MIRROR', 'https://mirror.corp/{originalHost}'],
    ['https://mirror.corp/{originalHost}/', 'BP_DEPENDENCY_MIRROR', 'https://mirror.corp/{originalHost}'],
    ['file:///srv/dependencies', 'BP_DEPENDENCY_MIRROR', fileAddress('/srv/dependencies')],
    [`github.com=${ALL}`, 'BP_DEPENDENCY_MIRROR_GITHUB_COM', ALL],
    [`GitHub.com = ${ALL}`, 'BP_DEPENDENCY_MIRROR_GITHUB_COM', ALL],
    [`download.bell-sw.com=${ALL}`, 'BP_DEPENDENCY_MIRROR_DOWNLOAD_BELL__SW_COM', ALL],
    [`a--b.c=${ALL}`, 'BP_DEPENDENCY_MIRROR_A____B_C', ALL],
    [`localhost=file:///srv/`, 'BP_DEPENDENCY_MIRROR_LOCALHOST', fileAddress('/srv')],
    [`repo1.maven.org=${ALL},skip-path=/maven2`, 'BP_DEPENDENCY_MIRROR_REPO1_MAVEN_ORG', `${ALL},skip-path=/maven2`],
    [`${ALL}/,skip-path=/a`, 'BP_DEPENDENCY_MIRROR', `${ALL},skip-path=/a`],
    [`https://mirror.corp/a%2Cb`, 'BP_DEPENDENCY_MIRROR', 'https://mirror.corp/a%2Cb'],
    [`https://mirror.corp/a=b`, 'BP_DEPENDENCY_MIRROR', 'https://mirror.corp/a=b'],
  ])('%s is %s', (line, name, value) => {
    expect(environmentOf(line)).toEqual({ [name]: value });
  });

  it('is read back by the buildpacks as the hosts that were named', () => {
    const hosts = ['github.com', 'download.bell-sw.com', 'a--b.c-d.e'];
    const names = Object.keys(environmentOf(hosts.map((host) => `${host}=${ALL}`).join('\n')));
    // As libpak and packit do it.
    const decoded = names.map((name) =>
      name.replace('BP_DEPENDENCY_MIRROR_', '').replaceAll('__', '-').replaceAll('_', '.').toLowerCase(),
    );
    expect(decoded).toEqual(hosts);
  });

  it('gives way to variables of the same name', () => {
    const env = 'BP_DEPENDENCY_MIRROR=https://mine.corp\nBP_DEPENDENCY_MIRROR_A_B=';
    expect(environmentOf(`${ALL}\na.b=${ALL}\nc.d=${ALL}`, env)).toEqual({
      BP_DEPENDENCY_MIRROR: 'https://mine.corp',
      BP_DEPENDENCY_MIRROR_A_B: '',
      BP_DEPENDENCY_MIRROR_C_D: ALL,
    });
  });

  it.each<[line: string, message: string]>([
    ['http://mirror.corp', '"http://mirror.corp" is plain http'],
    ['mirror.corp', '"mirror.corp" is not the address of a mirror'],
    ['ftp://mirror.corp', '"ftp://mirror.corp" is not the address of a mirror'],
    ['https:///path', '"https:///path" is not the address of a mirror'],
    ['file:relative', '"file:relative" is not the address of a mirror'],
    ['file://host/path', '"file://host/path" is not the address of a mirror'],
    ['a.b=', '"" is not the address of a mirror'],
    [`a.b=c.d=${ALL}`, `"c.d=${ALL}" is not the address of a mirror`],
    [`=${ALL}`, '"" is not the name of a host'],
    [`a_b=${ALL}`, '"a_b" is not the name of a host'],
    [`*.corp=${ALL}`, '"*.corp" is not the name of a host'],
    [`-a=${ALL}`, '"-a" is not the name of a host'],
    [`default=${ALL}`, '"default" is not the name of a host'],
    [`a.b:443=${ALL}`, '"a.b:443" is not the name of a host'],
    [`${ALL}?a`, `"${ALL}?a" has a "?", which does not stay in the address`],
    [`${ALL}#a`, `"${ALL}#a" has a "#", which does not stay in the address`],
    [`${ALL},b`, `"${ALL},b" has a ",", which does not stay in the address`],
    [`a.b=${ALL}\nA.B=${ALL}`, '"a.b" has two mirrors'],
    [`${ALL}\n${ALL}`, 'all hosts have two mirrors'],
  ])('refuses %j', (line, message) => {
    expect(messagesOf({ 'dependency-mirror': line })).toEqual([`dependency-mirror: ${message}`]);
  });

  it.each([
    ['https://ci:canary@mirror.corp/a', 'https://…@mirror.corp/a'],
    ['https://canary@mirror.corp/a', 'https://…@mirror.corp/a'],
    ['https://:canary@mirror.corp/{originalHost}', 'https://…@mirror.corp/{originalHost}'],
    ['http://ci:canary@mirror.corp/%E0%A4%A', 'http://…@mirror.corp/%E0%A4%A'],
    ['https://ci:can/ary@x canary@mirror.corp:99999', 'https://…@mirror.corp:99999'],
    ['ci:canary@mirror.corp', '…@mirror.corp'],
  ])('refuses a password, shows none, and tells what to do: %s', (address, shown) => {
    const [problem] = problemsOf(() => parse({ 'dependency-mirror': `github.com=${address}` }));
    expect(problem?.message).toBe(`"${shown}" is given with a user or a password`);
    expect(problem?.hint).toContain('mirrors/github.com=FILE');
    expect(JSON.stringify(problem)).not.toContain('canary');
  });

  it('tells of hosts that packit takes for one another', () => {
    const { notices } = parse({ 'dependency-mirror': `nodejs.org=${ALL}\ndl.nodejs.org=${ALL}\n${ALL}` });
    expect(notices.filter((text) => text.includes('"nodejs.org" is a part of "dl.nodejs.org"'))).toHaveLength(1);
    expect(notices.filter((text) => text.startsWith('dependency-mirror'))).toHaveLength(1);
  });
});
