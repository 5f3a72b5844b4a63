import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { advise, PARTS } from '../../advice/advise.ts'
import { factsOf } from '../../advice/facts/facts.ts'
import { readWishes } from '../../advice/wishes.ts'
import type { Results } from '../../results/results.ts'
import { launchChromium } from '../../testing/chromium.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { HOSTILE_TITLE, hostileStrategies, manyStrategies } from '../../testing/fake-strategies.ts'
import { anyWishes } from '../../testing/fake-wishes.ts'
import { htmlReporter } from './html.ts'

const many = fakeResults({ strategies: manyStrategies() })
let folder: string
let browser: Browser
let page: Page
let noise: string[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'authbench-page-'))
  browser = await launchChromium()
  page = await browser.newPage()
  page.on('console', (message) => noise.push(message.text()))
  page.on('pageerror', (error) => noise.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) noise.push(request.url())
  })
  page.on('dialog', (dialog) => {
    noise.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

function stored(results: Results): string {
  const file = join(folder, 'report.html')
  writeFileSync(file, htmlReporter.render(results, {}))
  return String(pathToFileURL(file))
}

/** @param wishes as they stand behind the address */
async function open(results: Results, wishes = '', width = 1280): Promise<Page> {
  noise = []
  await page.setViewportSize({ width, height: 900 })
  const address = stored(results)
  await page.goto('about:blank')
  await page.goto(`${address}${wishes}`)
  return page
}
const named = () => page.locator('.advice .named h3').allTextContents()
const status = () => page.locator('.advice output').textContent()

test.each([
  ['eight strategies', fakeResults()],
  ['35 strategies', many],
])('the page and the command give the same answers: %s', async (_, results) => {
  await open(results)
  const facts = factsOf(results)
  const wishes = fc.sample(anyWishes, { numRuns: 25, seed: 14 })
  const typed = wishes.map((each) =>
    Object.fromEntries(
      Object.entries(each).flatMap(([wish, text]) => (text === undefined ? [] : [[wish, text]])),
    ),
  )
  const answers = await page.evaluate<readonly string[]>(`
    ${JSON.stringify(typed)}.map((wishes) => {
      const form = document.querySelector('.advice form')
      for (const input of form.querySelectorAll('[name]')) {
        const value = wishes[input.name] ?? ''
        if (input.type === 'checkbox') input.checked = value === 'yes'
        else {
          if (input.options && ![...input.options].some((each) => each.value === value)) input.append(new Option(value, value))
          input.value = value
        }
      }
      form.dispatchEvent(new Event('input'))
      return document.querySelector('.advice').dataset.advice
    })`)
  for (const [index, text] of answers.entries()) {
    const own = advise(facts, readWishes(wishes[index] ?? {}).wishes, PARTS)
    expect(JSON.parse(text), JSON.stringify(typed[index])).toEqual(JSON.parse(JSON.stringify(own)))
  }
  expect(new Set(answers).size).toBeGreaterThan(10)
  expect(noise).toEqual([])
})

test('wishes stand in the address, and an address brings them back', async () => {
  await open(fakeResults(), '#advice?revoke-within=2s&redis-rtt=1ms&services=3&without-store=no')
  expect(await named()).toEqual(['Session in Redis session-redis'])
  expect(await page.getByLabel('Revoked after a logout').inputValue()).toBe('2s')
  await page.getByLabel('Has to work without the store').check()
  expect(await status()).toMatch(/^No strategy of this run is known to meet all wishes \(7 ruled out/)
  expect(await page.evaluate<string>('location.hash')).toBe(
    '#advice?revoke-within=2s&redis-rtt=1ms&services=3&without-store=yes',
  )
  expect(await page.locator('.advice .others').textContent()).toContain(
    'Only “has to work without the store” is in the way of: JWT HS256 + blacklist in Redis, Session in Redis',
  )
  await page.evaluate(`location.hash = '#advice?services=3'`)
  await expect.poll(status).toMatch(/^JWT HS256 \(fast-jwt\)/)
  expect(noise).toEqual([])
})

test('it is used by the keyboard; what is no wish says so where it stands, and counts for nothing', async () => {
  await open(fakeResults())
  await page.getByRole('button', { name: 'Clear' }).press('Enter')
  await expect.poll(() => page.getByLabel('Users who are logged in').inputValue()).toBe('')
  const before = await status()
  await page.getByLabel('Revoked after a logout').focus()
  await page.keyboard.press('Tab')
  await page.keyboard.type('far away')
  const distance = page.getByLabel('Redis and back takes')
  expect(await distance.getAttribute('aria-invalid')).toBe('true')
  const problem = await distance.getAttribute('aria-describedby')
  expect(await page.locator(`#${problem}`).textContent()).toMatch(/“far away” is no duration/)
  expect(await status()).toBe(`Not all could be read. ${before}`)
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('ArrowDown')
  expect(await page.getByLabel('Revoked after a logout').inputValue()).toBe('at-once')
  await page.getByRole('button', { name: 'Clear' }).press('Enter')
  await expect.poll(status).toBe(before)
  expect(await page.evaluate<string>('location.hash')).toBe('#advice')
  // The first of them is announced whenever it changes.
  expect(await page.getByRole('status').first().textContent()).toBe(before)
})

test('an example is filled in, dims nothing, stands in no address, and goes when something is asked for', async () => {
  await open(fakeResults())
  const example = page.getByText('An example is filled in')
  expect(await example.isVisible()).toBe(true)
  expect(await page.getByLabel('Redis and back takes').inputValue()).toBe('1ms')
  expect(await page.locator('.advice .named').textContent()).toContain('1 round trip × 1 ms')
  expect(await page.evaluate<string>('location.hash')).toBe('')
  expect(await page.locator('#answer svg .dim').count()).toBe(0)
  await page.getByLabel('Services that verify').fill('3')
  expect(await example.count()).toBe(0)
  await open(fakeResults(), '#advice?services=2')
  expect(await example.count()).toBe(0)
  expect(await page.getByLabel('Redis and back takes').inputValue()).toBe('')
})

test('in the picture those stay lit that are left, once something is asked for', async () => {
  await open(fakeResults())
  const dim = () =>
    page.evaluate<readonly string[]>(
      `[...document.querySelectorAll('#answer svg circle.dim')].map((dot) => dot.dataset.subject).sort()`,
    )
  expect(await dim()).toEqual([])
  await page.getByLabel('Revoked after a logout').selectOption('at-once')
  await page.getByLabel('Services that verify').fill('2')
  expect(await dim()).toContain('jwt-hs256')
  expect(await dim()).not.toContain('session-redis')
})

test.each([360, 1280])('at %d px nothing scrolls sideways', async (width) => {
  await open(many, '#advice?revoke-within=5s&requests-per-user=0.1&users=100000', width)
  expect(await named()).not.toEqual([])
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
})

test('a hostile title is text, in the page and in its address', async () => {
  await open(
    fakeResults({ strategies: hostileStrategies() }),
    `#advice?services=2&revoke-within=${encodeURIComponent('"><img src=x onerror=alert(1)>')}`,
  )
  expect((await named()).join()).toContain(HOSTILE_TITLE)
  expect(await page.evaluate<number>('document.scripts.length + document.images.length')).toBe(1)
  expect(noise).toEqual([])
})

test('without scripts there is a table and the command, and nothing that does not work', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const plain = await context.newPage()
  await plain.goto(stored(fakeResults()))
  expect(await plain.locator('#advice tbody tr').count()).toBe(2)
  expect(await plain.locator('#advice code').textContent()).toMatch(/^authbench advise/)
  expect(await plain.locator('#advice :is(form, input, button)').count()).toBe(0)
  await context.close()
})

test('a run that names nobody has no selector', () => {
  expect(htmlReporter.render(fakeResults({ rounds: 3 }), {})).not.toContain('data-facts=')
})
