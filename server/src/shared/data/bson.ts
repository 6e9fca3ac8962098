import type { Tree, TreeObject } from "./tree.ts";

/**
 * A tree in its stored form. An array in an array is stored as an object with the only key "", because not every server
 * of MongoDB's protocol accepts arrays in arrays; so is an object that looks like such an object.
 */
const wrapper = "";

function isWrapped(value: Tree): value is TreeObject {
  return value instanceof Map && value.size === 1 && value.has(wrapper);
}

function elementOf(value: Tree): Tree {
  const stored = storable(value);
  return Array.isArray(stored) || isWrapped(stored) ? new Map([[wrapper, stored]]) : stored;
}

/** A tree as the driver gets it. */
export function storable(tree: Tree): Tree {
  if (Array.isArray(tree)) return tree.map(elementOf);
  if (!(tree instanceof Map)) return tree;
  return new Map(Array.from(tree, ([key, value]) => [key, storable(value)]));
}

const types = { double: 1, string: 2, object: 3, array: 4, boolean: 8, null: 10, int32: 16, int64: 18 };

/** Reads BSON (bsonspec.org) of what {@link storable} gives. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  object(): TreeObject {
    const object: TreeObject = new Map();
    this.#elements((key, value) => object.set(key, value));
    return object;
  }

  #array(): Tree[] {
    const array: Tree[] = [];
    this.#elements((_, value) => array.push(isWrapped(value) ? (value.get(wrapper) ?? null) : value));
    return array;
  }

  #elements(take: (key: string, value: Tree) => void): void {
    this.#at += 4;
    for (let type = this.#byte(); type !== 0; type = this.#byte()) {
      const end = this.#bytes.indexOf(0, this.#at);
      const key = this.#bytes.toString("utf8", this.#at, end);
      this.#at = end + 1;
      take(key, this.#value(type));
    }
  }

  #byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  #skip(count: number): number {
    this.#at += count;
    return this.#at - count;
  }

  #value(type: number): Tree {
    const bytes = this.#bytes;
    switch (type) {
      case types.double:
        return bytes.readDoubleLE(this.#skip(8));
      case types.string: {
        const length = bytes.readInt32LE(this.#skip(4));
        const start = this.#skip(length);
        return bytes.toString("utf8", start, start + length - 1);
      }
      case types.object:
        return this.object();
      case types.array:
        return this.#array();
      case types.boolean:
        return this.#byte() === 1;
      case types.null:
        return null;
      case types.int32:
        return bytes.readInt32LE(this.#skip(4));
      case types.int64:
        return Number(bytes.readBigInt64LE(this.#skip(8)));
      default:
        throw new Error(`a stored document has the BSON type ${type}, which this service does not write`);
    }
  }
}

/** The tree of a stored document's BSON. Throws Error for a type that JSON does not have. */
export function treeOfBson(bytes: Uint8Array): TreeObject {
  return new Reader(bytes).object();
}
