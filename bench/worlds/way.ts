import { cpuUs } from '../../src/metrics/cpu.ts'
import type { ProcessCpu, Way } from '../../src/results/cell.ts'
import type { Asked } from './held.ts'
import { type DelayProxy, startProxy } from './proxy.ts'

/** A distance or a link between two processes of a run. */
export interface Stretch {
  readonly kind: Way['kind']
  readonly asked: Asked
  readonly proxy: DelayProxy
}

/** @param before where the same process goes on, warm, from one distance to the next; null: there was none */
export async function layStretch(
  kind: Way['kind'],
  to: { readonly host: string; readonly port: number },
  asked: Asked,
  core: number | null,
  signal: AbortSignal,
  before: Stretch | null,
): Promise<Stretch> {
  const options = { to, ...asked }
  const start = () => startProxy(options, core, signal)
  // One that was lost has failed the cells before.
  return { kind, asked, proxy: await (before?.proxy.moved(options).catch(start) ?? start()) }
}

/**
 * Begins a window; what it returns ends it, and says what each stretch did inside.
 * @throws AuthbenchError PROXY_LOST
 */
export async function watchWay(stretches: readonly Stretch[]): Promise<() => Promise<Way[]>> {
  const before: ProcessCpu[] = []
  for (const { proxy } of stretches) {
    await proxy.check()
    before.push(await proxy.readCpu())
  }
  return async () => {
    const ways: Way[] = []
    for (const [index, { kind, asked, proxy }] of stretches.entries()) {
      const after = await proxy.readCpu()
      const { up, down } = await proxy.check()
      const off = [
        rateOff(asked.upBitsPerSecond, up.bitsPerSecond),
        rateOff(asked.downBitsPerSecond, down.bitsPerSecond),
      ].filter((share) => share !== null)
      const started = before[index]
      ways.push({
        kind,
        roundTripMs: asked.roundTripMs,
        upLatenessHdr: up.latenessHdr,
        downLatenessHdr: down.latenessHdr,
        rateOff: off.length === 0 ? null : Math.max(...off),
        cpuUs: started === undefined ? 0 : cpuUs(after) - cpuUs(started),
      })
    }
    return ways
  }
}

/** As a share; null where nothing is asked, or nothing can be told. */
const rateOff = (asked: number | null, seen: number | null): number | null =>
  asked === null || seen === null ? null : Math.abs(seen / asked - 1)
