import type { InputProblem } from '../errors/index.ts';
import { DOCKER_HUB_NAME, isFullName } from './prefix.ts';

const DOCKER_HUB_ALIASES = /^(?:index\.|registry-1\.)?docker\.io(?=$|[/:@])/;

/** A prefix or location in the one form we compare: host in lower case, one name for Docker Hub, no slash at the end. */
export function normalizeLocation(text: string): string {
  const trimmed = text.trim().replace(/\/+$/, '');
  const [host = ''] = trimmed.split('/', 1);
  return (host.toLowerCase() + trimmed.slice(host.length)).replace(DOCKER_HUB_ALIASES, DOCKER_HUB_NAME);
}

/** Whether a normalized text is `host[:port][/path]`. */
export function isLocation(text: string): boolean {
  return isFullName(`${text}/x/x`);
}

/** What is wrong with a text that should be `host[:port][/path]`; undefined when it is one. */
export function locationProblem(text: string): Pick<InputProblem, 'message' | 'hint'> | undefined {
  const shown = `"${shownLocation(text)}"`;
  if (/^[a-z]+:\/\//i.test(text)) {
    const hint = 'Write host[:port][/path]; that a server is insecure is said apart from its name.';
    return { message: `${shown} has a scheme, and a location has none`, hint };
  }
  if (isLocation(text)) return undefined;
  const hint = 'Write host[:port][/path] in lower case; the host has a dot or a port, or is localhost.';
  return { message: `${shown} is no registry with an optional path`, hint };
}

/** For messages: without a user name and password, which have no place here and are written all the same. */
export function shownLocation(text: string): string {
  return text.replace(/[^=/\s]*@/g, '…@');
}
