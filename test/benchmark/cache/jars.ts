import { crc32, deflateRawSync } from 'node:zlib';
import type { LayerFile } from './fixture.ts';
import { machineCode } from './machine-code.ts';
import { Random } from './random.ts';

/** Classes of an archive, and bytes of a class. */
const CLASSES = 62;
const CLASS_BYTES = 7_000;

/** Archives like those of a Maven repository: zip files of compressed classes, so that only a new file differs, and then all of it. */
export function* jars(units: readonly number[]): Generator<LayerFile> {
  for (const unit of units) {
    const name = `library-${String(unit).padStart(5, '0')}`;
    yield { name: `org/example/${name}/1.0/${name}-1.0.jar`, content: jar(unit) };
  }
}

function jar(unit: number): Buffer {
  const random = new Random(unit);
  const members: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (let index = 0; index < CLASSES; index++) {
    const name = Buffer.from(`org/example/Class${index}.class`);
    const content = machineCode(unit * CLASSES + index, CLASS_BYTES / 2 + random.below(CLASS_BYTES));
    const compressed = deflateRawSync(content, { level: 6 });
    const facts = memberFacts(name, content, compressed);
    members.push(Buffer.from('PK\x03\x04', 'latin1'), facts, name, compressed);
    directory.push(directoryEntry(facts, offset), name);
    offset += 4 + facts.length + name.length + compressed.length;
  }
  return Buffer.concat([...members, ...directory, endOfDirectory(CLASSES, Buffer.concat(directory).length, offset)]);
}

/** What a member's own header and its entry in the directory have in common (APPNOTE.TXT 4.3.7 and 4.3.12). */
function memberFacts(name: Buffer, content: Buffer, compressed: Buffer): Buffer {
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt16LE(8, 4);
  facts.writeUInt16LE(0x21, 8);
  facts.writeUInt32LE(crc32(content), 10);
  facts.writeUInt32LE(compressed.length, 14);
  facts.writeUInt32LE(content.length, 18);
  facts.writeUInt16LE(name.length, 22);
  return facts;
}

function directoryEntry(facts: Buffer, offset: number): Buffer {
  const entry = Buffer.alloc(46);
  entry.write('PK\x01\x02', 'latin1');
  entry.writeUInt16LE(20, 4);
  facts.copy(entry, 6);
  entry.writeUInt32LE(offset, 42);
  return entry;
}

function endOfDirectory(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
