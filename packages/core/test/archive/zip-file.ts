import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipMember {
  readonly name: string;
  readonly content?: string;
  /** Unix mode with its file type (`0o100755`); absent: made on FAT, as Java does. */
  readonly unixMode?: number;
}

/** 2001-02-03 04:05:06 as DOS has it. */
const DOS_TIME = (4 << 11) | (5 << 5) | 3;
const DOS_DATE = ((2001 - 1980) << 9) | (2 << 5) | 3;

/** A zip file by hand, so that it can hold what no zip tool writes. */
export function zipFile(members: readonly ZipMember[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const { local, central } = encode(member, offset);
    locals.push(local);
    centrals.push(central);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function encode({ name, content = '', unixMode }: ZipMember, offset: number): { local: Buffer; central: Buffer } {
  const data = deflateRawSync(content);
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0);
  shared.writeUInt16LE(0x0800, 2);
  shared.writeUInt16LE(8, 4);
  shared.writeUInt16LE(DOS_TIME, 6);
  shared.writeUInt16LE(DOS_DATE, 8);
  shared.writeUInt32LE(crc32(content), 10);
  shared.writeUInt32LE(data.length, 14);
  shared.writeUInt32LE(Buffer.byteLength(content), 18);
  shared.writeUInt16LE(Buffer.byteLength(name), 22);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(((unixMode ?? 0) << 16) >>> 0, 6);
  tail.writeUInt32LE(offset, 10);
  const madeBy = Buffer.of(30, unixMode === undefined ? 0 : 3);
  return {
    local: Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, Buffer.from(name), data]),
    central: Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, shared, tail, Buffer.from(name)]),
  };
}
