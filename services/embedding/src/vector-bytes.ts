/** A vector as float32 values, little-endian (as every machine that runs Node has them), one after another. */
export function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** Reads what `bytesOf` gave; the length must be a multiple of four. */
export function vectorOf(bytes: Uint8Array): Float32Array {
  // A copy, since a Float32Array must begin at a multiple of four in its memory.
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
