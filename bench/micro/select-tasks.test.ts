import { describe, expect, it } from 'vitest'
import { TASKS } from './registry.ts'
import { selectTasks } from './select-tasks.ts'

const ids = (...words: string[]) => selectTasks(TASKS, words).map(({ id }) => id)

describe('the choice of tasks', () => {
  it('has no two tasks of one name', () => {
    expect(new Set(TASKS.map(({ id }) => id)).size).toBe(TASKS.length)
  })

  it('takes ids, kinds, strategies and beginnings', () => {
    expect(ids('redis get')).toEqual(['redis get'])
    expect(ids('hash')).toEqual(['hash sha256'])
    expect(ids('jwt-hs256-fast')).toEqual([
      'verify jwt-hs256-fast',
      'verify jwt-hs256-fast x16',
      'sign jwt-hs256-fast',
    ])
    expect(ids('redis')).toEqual(expect.arrayContaining(['redis get', 'redis get x16', 'redis set']))
    expect(ids('sign').every((id) => id.startsWith('sign '))).toBe(true)
    expect(ids('all')).toHaveLength(TASKS.length)
  })

  it('keeps the order of reports, and each once', () => {
    expect(ids('redis get', 'hash', 'redis get')).toEqual(['hash sha256', 'redis get'])
  })

  it.each([
    ['hsah', 'hash'],
    ['redis gett', 'redis get'],
    ['verify jwt-hs265', 'verify jwt-hs256'],
  ])('knows what %s was to be', (word, meant) => {
    expect(() => ids(word)).toThrow(
      expect.objectContaining({ code: 'TASK_UNKNOWN', next: expect.stringContaining(`'${meant}'`) }),
    )
  })

  it('takes no task at all for a mistake', () => {
    expect(() => ids()).toThrow(expect.objectContaining({ code: 'TASK_UNKNOWN' }))
  })
})
