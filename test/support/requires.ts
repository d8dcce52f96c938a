import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { SQUID_HELPERS } from '../bench/squid-settings.ts';
import { findChromium } from './browser.ts';
import skips from '../skips.json' with { type: 'json' };

/** Why tests may be skipped; a reason that is not listed there does not compile. */
type Reason = keyof typeof skips;

/** `describe`, skipped with the reason in its title when what it needs is not there. */
function requires(reason: Reason, available: boolean) {
  return (title: string, tests: () => void) => {
    describe.skipIf(!available)(available ? title : `${title} (skipped: ${reason})`, tests);
  };
}

function succeeds(file: string, args: readonly string[]): boolean {
  try {
    execFileSync(file, args, { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

const hasDocker = succeeds('docker', ['version']);
const isRoot = process.getuid?.() === 0 && succeeds('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);

/** Tests that start containers. */
export const requiresDocker = requires('needs docker', hasDocker);

/** Tests that start an engine of their own. */
export const requiresOwnEngine = requires(
  'needs dockerd',
  hasDocker && succeeds('dockerd', ['--version']) && succeeds('setpriv', ['--version']),
);

/** Tests that mount, change owners and drop to other users. */
export const requiresRoot = requires('needs root', isRoot);

/** Tests that run a build, in whatever way this machine has. */
export const requiresEngine = requires('needs an engine', hasDocker || isRoot);

/** Tests in a network of their own. */
export const requiresNetwork = requires(
  'needs a network namespace',
  isRoot && succeeds('unshare', ['--net', 'iptables', '-A', 'OUTPUT', '-j', 'REJECT']) && succeeds('ip', ['netns']),
);

/** Tests that read with skopeo what we wrote. */
export const requiresSkopeo = requires('needs skopeo', succeeds('skopeo', ['--version']));

/** Tests through Debian's squid. */
export const requiresSquid = requires(
  'needs squid',
  existsSync('/usr/sbin/squid') && Object.values(SQUID_HELPERS).every((file) => existsSync(file)),
);

/** Tests that look at our pages in a browser. */
export const requiresChromium = requires('needs chromium', findChromium() !== undefined);

/** Tests that hand what we wrote to Java. */
export const requiresKeytool = requires('needs keytool', succeeds('keytool', ['-help']));
