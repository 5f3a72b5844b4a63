const POLYNOMIAL = 0x1021
const SLOTS = 16_384

/** Where a cluster has a key: by what stands in its first braces, or else by all of it (Redis Cluster specification, with CRC16 of XMODEM). */
export function slotOf(key: string): number {
  const [, tag = ''] = /\{([^}]*)\}/.exec(key) ?? []
  let crc = 0
  for (const byte of Buffer.from(tag === '' ? key : tag)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ POLYNOMIAL : crc << 1
  }
  return (crc & 0xffff) % SLOTS
}
