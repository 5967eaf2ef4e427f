/** Slots of Arrow's tables, as Message.fbs and Schema.fbs number their fields. */
const MESSAGE = { headerType: 1, header: 2 };
const SCHEMA_FIELDS = 1;
const FIELD_CHILDREN = 5;
const DICTIONARY_DATA = 1;
const BATCH_VECTORS = [
  { slot: 1, itemBytes: 16 },
  { slot: 2, itemBytes: 16 },
  { slot: 4, itemBytes: 8 },
];
const SCHEMA = 1;
const DICTIONARY_BATCH = 2;
const RECORD_BATCH = 3;

const MOST_FIELDS = 20_000;
const DEEPEST = 32;

/**
 * See that the lists in a message's metadata (a flatbuffer) lie inside of it. The library makes an item for each that a list's length
 * promises, before it looks at the bytes: a flipped bit there would fill the memory.
 *
 * @throws Error where one does not
 */
export function checkMetadata(metadata: Buffer): void {
  const message = metadata.readUInt32LE(0);
  const typeAt = slotOf(metadata, message, MESSAGE.headerType);
  const headerAt = slotOf(metadata, message, MESSAGE.header);
  if (typeAt === null || headerAt === null) throw new Error('a message has no content');
  const header = follow(metadata, headerAt);
  switch (metadata.readUInt8(typeAt)) {
    case SCHEMA:
      checkFields(metadata, header, SCHEMA_FIELDS, { fields: 0 }, 0);
      break;
    case DICTIONARY_BATCH: {
      const dataAt = slotOf(metadata, header, DICTIONARY_DATA);
      if (dataAt !== null) checkBatch(metadata, follow(metadata, dataAt));
      break;
    }
    case RECORD_BATCH:
      checkBatch(metadata, header);
      break;
    default:
      throw new Error('a message is of a kind that is not known');
  }
}

function checkBatch(metadata: Buffer, table: number): void {
  for (const { slot, itemBytes } of BATCH_VECTORS) vectorOf(metadata, table, slot, itemBytes);
}

function checkFields(
  metadata: Buffer,
  table: number,
  slot: number,
  seen: { fields: number },
  depth: number,
): void {
  const vector = vectorOf(metadata, table, slot, 4);
  if (!vector) return;
  seen.fields += vector.length;
  if (seen.fields > MOST_FIELDS || depth > DEEPEST) throw new Error('the schema has too many fields');
  for (let index = 0; index < vector.length; index++) {
    checkFields(metadata, follow(metadata, vector.at + index * 4), FIELD_CHILDREN, seen, depth + 1);
  }
}

function vectorOf(metadata: Buffer, table: number, slot: number, itemBytes: number) {
  const at = slotOf(metadata, table, slot);
  if (at === null) return null;
  const vector = follow(metadata, at);
  const length = metadata.readUInt32LE(vector);
  if (vector + 4 + length * itemBytes > metadata.length) throw new Error('a list is longer than its message');
  return { at: vector + 4, length };
}

/** Where the value of a field of a table lies, or null where it is left out. */
function slotOf(metadata: Buffer, table: number, slot: number): number | null {
  const slots = table - metadata.readInt32LE(table);
  const size = metadata.readUInt16LE(slots);
  const place = 4 + slot * 2;
  if (place + 2 > size) return null;
  const offset = metadata.readUInt16LE(slots + place);
  return offset === 0 ? null : table + offset;
}

const follow = (metadata: Buffer, at: number): number => at + metadata.readUInt32LE(at);
