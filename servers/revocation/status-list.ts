import { promisify } from 'node:util'
import { constants, deflate, inflate } from 'node:zlib'

/**
 * Bits as the Token Status List packs them (draft-ietf-oauth-status-list section 4.1): one per token, from the least
 * significant bit of the first byte on; 1 is INVALID.
 */
export type StatusBits = Uint8Array

const compress = promisify(deflate)
const decompress = promisify(inflate)

/** The member `lst`: DEFLATE in the zlib format, then base64url. Off the main thread. */
export async function packStatusList(bits: StatusBits): Promise<string> {
  return (await compress(bits, { level: constants.Z_BEST_COMPRESSION })).toString('base64url')
}

/** Null for what is no such list, or unpacks to more than `maxBytes`: a few kilobytes can say gigabytes. */
export async function unpackStatusList(lst: string, maxBytes: number): Promise<StatusBits | null> {
  try {
    return await decompress(Buffer.from(lst, 'base64url'), { maxOutputLength: maxBytes })
  } catch {
    return null
  }
}

/** Null: there is no such token in the list. */
export function isRevoked(bits: StatusBits, index: number): boolean | null {
  const byte = bits[Math.floor(index / 8)]
  return byte === undefined ? null : ((byte >>> (index % 8)) & 1) === 1
}

/** Redis counts bits from the most significant one of each byte. */
export const redisBit = (index: number): number => index ^ 7
