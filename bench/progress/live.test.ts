import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/plan/config.ts'
import type { Cell } from '../../src/results/cell.ts'
import { type ProgressStream, showProgress } from './live.ts'

const CONFIG = resolveConfig(
  { rounds: 2, profile: 'smoke' },
  { strategies: ['none', 'jwt-hs256'], scenarios: ['verify'] },
  { profile: 'quick', seed: 1, extraClaims: [] },
)

const VERIFY = { load: { kind: 'closed' }, params: [{}] } as const

const FAILED: Cell = {
  state: 'failed',
  strategy: 'jwt-hs256',
  arm: 'main',
  scenario: 'verify',
  params: {},
  round: 0,
  position: 1,
  attempt: 0,
  error: { code: 'CHILD_DIED', message: "server 'jwt-hs256' died (SIGKILL)" },
}

function stream(isTTY: boolean): ProgressStream & { readonly text: () => string } {
  let text = ''
  return { isTTY, columns: 60, write: (more) => (text += more), text: () => text }
}

describe('progress', () => {
  it('writes plain lines, one for each cell, where there is no terminal', () => {
    const output = stream(false)
    const { listener } = showProgress(CONFIG, [VERIFY], output, () => 0)
    listener({ type: 'phase', round: 0, phase: 'starting servers' })
    listener({ type: 'slice', round: 0, pass: 0, strategy: 'none' })
    listener({ type: 'cell', cell: FAILED })
    expect(output.text()).toBe(
      "round 1/2  jwt-hs256              failed: server 'jwt-hs256' died (SIGKILL) [CHILD_DIED]\n",
    )
  })

  it('keeps one line on a terminal: what runs, and how much is left', () => {
    const output = stream(true)
    let time = 0
    const { listener, end } = showProgress(CONFIG, [VERIFY], output, () => time)
    listener({ type: 'slice', round: 0, pass: 0, strategy: 'none' })
    time = 10_000
    listener({ type: 'phase', round: 1, phase: 'starting servers' })
    end()
    expect(output.text()).toContain('round 1/2  slice 1/6  none')
    expect(output.text()).toContain('round 2/2  starting servers  about 10 s left')
    expect(output.text()).not.toContain('\n')
    expect(output.text().endsWith('\r\u001b[2K')).toBe(true)
    for (const line of output.text().split('\r\u001b[2K')) expect(line.length).toBeLessThan(60)
  })

  it('shows a cell that failed on a terminal too', () => {
    const output = stream(true)
    showProgress(CONFIG, [VERIFY], output, () => 0).listener({ type: 'cell', cell: FAILED })
    expect(output.text()).toContain('CHILD_DIED')
  })
})
