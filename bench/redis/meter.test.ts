import { describe, expect, it } from 'vitest'
import type { RedisControl } from './connection.ts'
import { redisMeter } from './meter.ts'
import { parseInfo, snapshotOf } from './usage.ts'

const NO_TRAFFIC = { commands: {}, bytesSent: 0, bytesReceived: 0 }
const snapshotWith = (fields: Readonly<Record<string, number>>) =>
  snapshotOf(
    parseInfo(
      Object.entries(fields)
        .map(([field, value]) => `${field}:${value}\r\n`)
        .join(''),
    ),
    NO_TRAFFIC,
  )

/** Answers with one reading after the other, then with the last for ever. */
function controlWith(readings: readonly number[]) {
  const housekeeping: number[] = []
  let reading = 0
  const control: RedisControl = {
    product: 'Redis',
    version: '7.0.15',
    processIds: [0],
    masters: null,
    replicas: 0,
    isLocal: false,
    async snapshot() {
      const bytes = readings[Math.min(reading++, readings.length - 1)]
      if (bytes === undefined) throw new Error('away')
      return snapshotWith({ used_memory: bytes })
    },
    async setHousekeeping(hertz) {
      housekeeping.push(hertz)
    },
    deletePrefix: async () => 0,
    close: async () => undefined,
  }
  return { meter: redisMeter(control, async () => undefined), housekeeping, asked: () => reading }
}

it('counts nothing of what replicas and their master tell each other', () => {
  const info = [
    'total_net_input_bytes:1000',
    'total_net_output_bytes:5000',
    'total_net_repl_input_bytes:100',
    'total_net_repl_output_bytes:3000',
    'cmdstat_get:calls=7,usec=1',
    'cmdstat_replconf:calls=9,usec=1',
    'cmdstat_psync:calls=1,usec=1',
  ]
  expect(snapshotOf(parseInfo(info.join('\r\n')), NO_TRAFFIC)).toMatchObject({
    commands: { get: 7 },
    bytesIn: 900,
    bytesOut: 2000,
  })
})

describe('memory of a Redis', () => {
  it('is what data take, table of keys and all, without the buffers of connections and replicas', () => {
    const fields = {
      used_memory: 1_000_000,
      used_memory_dataset: 500_000,
      mem_clients_normal: 30_000,
      mem_clients_slaves: 2000,
      mem_replication_backlog: 100_000,
      mem_aof_buffer: 500,
    }
    expect(snapshotWith(fields).memoryBytes).toBe(867_500)
  })

  it('is told once a table that was doubled is not there twice any more', async () => {
    const { meter, housekeeping } = controlWith([...Array(3).fill(9e6), 8e6, 8e6, 7e6, 7e6, 7e6 + 100])
    expect(await meter.memory()).toBe(7e6 + 100)
    expect(housekeeping).toEqual([500, 10])
  })

  it('is told all the same when it never comes to rest', async () => {
    const readings = Array.from({ length: 1000 }, (_, index) => 1e6 * (1 + (index % 2)))
    const { meter, asked } = controlWith(readings)
    expect(await meter.memory()).toBeGreaterThanOrEqual(1e6)
    expect(asked()).toBe(51)
  })

  it('leaves a server that fails with its usual housekeeping', async () => {
    const { meter, housekeeping } = controlWith([])
    await expect(meter.memory()).rejects.toThrow('away')
    expect(housekeeping).toEqual([500, 10])
  })
})
