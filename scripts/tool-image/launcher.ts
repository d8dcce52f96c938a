import { TOOL } from './places.ts';

/**
 * Variables by which Node and the C library load code, write files or refuse to start. Jobs have them for programs of their own
 * (`NODE_OPTIONS` above all), and on some CIs an earlier job can set them: none of it is meant for the programs that hold credentials.
 */
const OF_OTHERS = [
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_COMPILE_CACHE',
  'NODE_V8_COVERAGE',
  'NODE_REDIRECT_WARNINGS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'OPENSSL_MODULES',
  'OPENSSL_ENGINES',
  'LD_PRELOAD',
  'LD_AUDIT',
  'LD_LIBRARY_PATH',
  'LD_DEBUG',
  'LD_DEBUG_OUTPUT',
  'LD_PROFILE',
  'LD_SHOW_AUXV',
  'GLIBC_TUNABLES',
  'GCONV_PATH',
  'LOCPATH',
];

/** Starts one of our programs. The shell is BusyBox, linked statically, so that nothing is loaded before it has let go of these. */
export function launcher(program: string): string {
  return `#!/${TOOL.programs}/sh
unset ${OF_OTHERS.join(' ')}
export OPENSSL_CONF=/${TOOL.openssl}
exec /${TOOL.programs}/node ${program} "$@"
`;
}
