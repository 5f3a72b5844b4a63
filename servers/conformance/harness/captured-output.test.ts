import { expect, test } from 'vitest'
import { printedDuring } from './captured-output.ts'

test('checks that overlap hear all that is printed, and leave the streams as they were', async () => {
  const before = [process.stdout.write, process.stderr.write]
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const heard = [printedDuring(() => first.promise), printedDuring(() => second.promise)]
  process.stderr.write('one ')
  first.resolve()
  expect(await heard[0]).toBe('one ')
  process.stderr.write('two\n')
  second.resolve()
  expect(await heard[1]).toBe('one two\n')
  expect([process.stdout.write, process.stderr.write]).toEqual(before)
})
