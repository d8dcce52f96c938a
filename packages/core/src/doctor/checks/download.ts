import { BuildpacksError } from '../../errors/index.ts';
import { shownUrl } from '../../network/index.ts';
import type { Ports } from '../../ports/index.ts';
import { parseUrl } from '../../registry/url.ts';
import type { Trial } from './trial.ts';

const MAX_REDIRECTS = 5;
/** Some servers know no HEAD for what they serve. */
const THERE: ReadonlySet<number> = new Set([200, 405, 501]);

/** Asks for the headers of a file on the web. */
export function downloadTrial(file: URL): Trial<undefined> {
  return {
    what: 'download',
    subject: shownUrl(file),
    act: async ({ ports }) => {
      let url = file;
      for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
        const { status, location } = await head(url, ports);
        if (THERE.has(status))
          return { message: url === file ? 'is there' : `is there, from ${url.origin}`, found: undefined };
        const next = location === undefined ? undefined : parseUrl(location, url);
        if (next?.protocol !== 'https:' || status < 300 || status > 399) throw refused(url, status);
        url = next;
      }
      throw new BuildpacksError('registry', `it leads on more than ${MAX_REDIRECTS} times`);
    },
  };
}

async function head(url: URL, { network, signal }: Pick<Ports, 'network' | 'signal'>) {
  try {
    const { origin, pathname, search } = url;
    const headers = { 'user-agent': 'buildpacks-ci' };
    const request = { origin, path: `${pathname}${search}`, method: 'HEAD' as const, headers, signal };
    const { statusCode: status, headers: answered, body } = await network.dispatcher(url).request(request);
    await body.dump();
    const { location } = answered;
    return { status, location: typeof location === 'string' ? location : undefined };
  } catch (error) {
    throw await network.explain(error, url);
  }
}

function refused(url: URL, status: number): BuildpacksError {
  const code = status >= 500 ? 'temporary' : 'registry';
  return new BuildpacksError(code, `${shownUrl(url)} answers ${status}`, {
    hint: 'Check the address. No credential is sent: fetch what needs one in an earlier step, and give its path.',
  });
}
