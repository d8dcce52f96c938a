/**
 * The Debian packages that the image takes files from, with the licence of those files as an SPDX expression. Libraries are taken when a
 * program needs them; `gcc-12-base` and `base-files` have texts of licences that the others refer to.
 */
export const LICENCES: Readonly<Record<string, string>> = {
  'base-files': 'GPL-2.0-or-later',
  'busybox-static': 'GPL-2.0-only',
  'ca-certificates': 'MPL-2.0',
  'gcc-12-base': 'GPL-3.0-or-later WITH GCC-exception-3.1',
  libblkid1: 'LGPL-2.1-or-later',
  libc6: 'LGPL-2.1-or-later',
  'libcap-ng0': 'LGPL-2.1-or-later',
  'libgcc-s1': 'GPL-3.0-or-later WITH GCC-exception-3.1',
  'liblz4-1': 'BSD-2-Clause',
  liblzma5: 'LicenseRef-public-domain',
  libmount1: 'LGPL-2.1-or-later',
  'libpcre2-8-0': 'BSD-3-Clause WITH PCRE2-exception',
  libselinux1: 'libselinux-1.0',
  'libstdc++6': 'GPL-3.0-or-later WITH GCC-exception-3.1',
  mount: 'GPL-2.0-or-later',
  'util-linux': 'GPL-2.0-or-later',
  zlib1g: 'Zlib',
  zstd: 'BSD-3-Clause OR GPL-2.0-only',
};

/** Programs besides Node's, the shell and ours: where Debian has them. They need libraries, and are relocated. */
export const PROGRAMS: readonly string[] = ['usr/bin/mount', 'usr/bin/setpriv', 'usr/bin/unshare', 'usr/bin/zstd'];
