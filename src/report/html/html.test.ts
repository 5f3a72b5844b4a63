import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../testing/chromium.ts'
import { contrast } from '../../testing/color-contrast.ts'
import { fakeConformance } from '../../testing/fake-conformance.ts'
import { ALL_FAKE_SCENARIOS, type FakeScenario } from '../../testing/fake-loads.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { HOSTILE_TITLE, hostileStrategies, manyStrategies } from '../../testing/fake-strategies.ts'
import { htmlReporter } from './html.ts'
import { SCRIPT, SCRIPT_HASH } from './script.ts'

const usual = htmlReporter.render(fakeResults(), {})
const everyLoad = htmlReporter.render(fakeResults({ scenarios: ALL_FAKE_SCENARIOS }), {})
const hostile = htmlReporter.render(fakeResults({ strategies: hostileStrategies() }), {})
function pageOfMany(scenarios: readonly FakeScenario[]): string {
  const strategies = manyStrategies()
  const conformance = [...fakeConformance(strategies, ['jwt-es256 J05'])]
  return htmlReporter.render({ ...fakeResults({ strategies, scenarios }), conformance }, {})
}
const many = pageOfMany(ALL_FAKE_SCENARIOS)
/** Enough for what is done to tables, and quicker to lay out. */
const smaller = pageOfMany(['verify'])

describe('the text', () => {
  const html = usual

  test('the answer stands before tables and charts, under the only h1', () => {
    expect(html.match(/<h1>/g)).toHaveLength(1)
    expect(html.indexOf('costs the server less CPU')).toBeLessThan(html.indexOf('<table'))
    expect(html.indexOf('costs the server less CPU')).toBeLessThan(html.indexOf('<svg'))
  })

  test('nothing is loaded, and nothing runs but the one script that the policy names', () => {
    const without = html.replace(`<script>${SCRIPT}</script>`, '')
    expect(without.length).toBe(html.length - SCRIPT.length - '<script></script>'.length)
    expect(without).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\son\w+=/i)
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//)
    expect(html).toContain(`default-src 'none'; style-src 'unsafe-inline'; script-src '${SCRIPT_HASH}'"`)
    expect(SCRIPT_HASH).toMatch(/^sha256-[A-Za-z0-9+/]{43}=$/)
  })

  test('a hostile title is text everywhere', () => {
    expect(hostile.match(/<script/gi)).toHaveLength(1)
    expect(hostile).toContain('&lt;script&gt;alert(1)&lt;/script&gt;|=cmd()')
  })

  test('sorting and filtering are not there until the script makes them', () => {
    expect(many.replace(SCRIPT, '')).not.toMatch(/<button|<input|<form|<[^>]*\shidden/)
  })

  test.each([
    ['one scenario', html],
    ['every scenario', everyLoad],
    ['35 strategies', many],
  ])('ids are unique: %s', (_name, page) => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('in Chromium', () => {
  let browser: Browser
  let shared: Page
  let noise: string[] = []

  beforeAll(async () => {
    browser = await launchChromium()
    shared = await browser.newPage()
    shared.on('request', (request) => noise.push(request.url()))
    shared.on('console', (message) => noise.push(message.text()))
    shared.on('pageerror', (error) => noise.push(String(error)))
    shared.on('dialog', (dialog) => {
      noise.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
  })
  afterAll(async () => {
    await browser?.close()
  })

  /** One page for all: to start another takes longer than most tests. */
  async function open(
    html: string,
    width: number,
    colorScheme: 'light' | 'dark',
  ): Promise<Page & { noise: string[] }> {
    noise = []
    await shared.emulateMedia({ media: 'screen', colorScheme })
    await shared.setViewportSize({ width, height: 900 })
    await shared.setContent(html)
    return Object.assign(shared, { noise })
  }

  test.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)('at %d px, %s: silent, offline, no sideways scroll, readable', async (width, scheme) => {
    const page = await open(usual, width, scheme)
    expect(page.noise).toEqual([])
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    const colors = await page.evaluate<readonly (readonly [string, string])[]>(`
      [...document.querySelectorAll('body, p, li, td, th, dd, dt, a, caption, .unit, .interval, .note, .verdict')]
        .map((element) => [element.className + ' ' + element.tagName, getComputedStyle(element).color])`)
    const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    for (const [element, color] of colors)
      expect(contrast(color, background), element).toBeGreaterThanOrEqual(4.5)
    expect(contrast(background, 'rgb(255, 255, 255)') < 2).toBe(scheme === 'light')
  })

  test('evidence and the long tables are folded, and open on paper', async () => {
    const page = await open(usual, 1280, 'light')
    const visible = () =>
      page.evaluate<readonly boolean[]>(
        `['.verdicts li li', '#details td', '.verdicts summary'].map((at) => document.querySelector(at).checkVisibility())`,
      )
    expect(await visible()).toEqual([false, false, true])
    await page.emulateMedia({ media: 'print' })
    expect(await visible()).toEqual([true, true, true])
  })

  test.each([360, 1280])('with every kind of load at %d px: no sideways scroll', async (width) => {
    const page = await open(everyLoad, width, 'light')
    expect(page.noise).toEqual([])
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  })

  test('on a phone the decision table shows what each strategy costs without scrolling', async () => {
    const page = await open(usual, 390, 'light')
    const right = await page.evaluate<number>(
      `Math.max(...[...document.querySelectorAll('#decide tr > :nth-child(2)')].map((cell) => cell.getBoundingClientRect().right))`,
    )
    expect(right).toBeLessThanOrEqual(390)
  })

  test.each([
    [1280, 800],
    [390, 844],
  ])('answer, trust and picture are there without scrolling at %d x %d', async (width, height) => {
    const page = await open(usual, width, 'light')
    const bottoms = await page.evaluate<readonly number[]>(
      `['#answer p.plain', '#answer p.good', '#answer svg'].map((at) => document.querySelector(at).getBoundingClientRect().bottom)`,
    )
    expect(Math.max(...bottoms)).toBeLessThanOrEqual(height)
  })

  test('a claim opens to its reasons by the keyboard', async () => {
    const page = await open(usual, 1280, 'light')
    await page.focus('.verdicts summary')
    await page.keyboard.press('Enter')
    expect(
      await page.evaluate<boolean>(`document.querySelector('.verdicts details p').checkVisibility()`),
    ).toBe(true)
  })

  test('every chart has a title', async () => {
    const page = await open(usual, 1280, 'light')
    const titles = await page.evaluate<readonly (string | null)[]>(`
      [...document.querySelectorAll('svg[role=img]')].map((svg) =>
        document.getElementById(svg.getAttribute('aria-labelledby').split(' ')[0])?.textContent ?? null)`)
    expect(titles.length).toBe(11)
    expect(titles.every((title) => title !== null && title.length > 5)).toBe(true)
  })

  test('35 strategies on a phone: no sideways scroll, chart text that is readable and apart', async () => {
    const page = await open(many, 390, 'light')
    await page.evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = true })`)
    expect(page.noise).toEqual([])
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
    const [smallest, charts, overlapping] = await page.evaluate<
      readonly [number, number, readonly string[]]
    >(`
      (() => {
        const charts = [...document.querySelectorAll('svg')].map((svg) =>
          [...svg.querySelectorAll('text')].filter((text) => text.textContent !== '').map((text) =>
            ({ text: text.textContent, size: parseFloat(getComputedStyle(text).fontSize) * svg.getScreenCTM().a, box: text.getBoundingClientRect() })))
        const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3
        const overlapping = charts.flatMap((texts) => texts.flatMap((one, index) =>
          texts.slice(index + 1).filter((other) => meet(one.box, other.box)).map((other) => one.text + ' / ' + other.text)))
        return [Math.min(...charts.flat().map(({ size }) => size)), charts.length, overlapping]
      })()`)
    expect(charts).toBeGreaterThan(20)
    expect(smallest).toBeGreaterThanOrEqual(9)
    expect(overlapping).toEqual([])
  })

  describe('with 35 strategies', () => {
    const table = '#decide table'
    const names = (page: Page) =>
      page.evaluate<readonly string[]>(`
        [...document.querySelector('${table}').querySelectorAll('tbody tr:not(.group)')]
          .filter((row) => row.checkVisibility()).map((row) => row.cells[0].textContent)`)
    const headings = (page: Page) =>
      page.evaluate<readonly string[]>(`
        [...document.querySelector('${table}').querySelectorAll('.group')]
          .filter((row) => row.checkVisibility()).map((row) => row.textContent)`)

    test('columns sort by keyboard: upwards, downwards, as it was; what has no value comes last', async () => {
      const page = await open(smaller, 1280, 'light')
      const before = await names(page)
      const head = page.locator(`${table} >> nth=0`).locator('thead th', { hasText: '+ Server CPU' })
      await head.locator('button').press('Enter')
      expect(await head.getAttribute('aria-sort')).toBe('ascending')
      const up = await names(page)
      expect(up.slice(0, 3)).toEqual([
        'Session in memory',
        'JWT HS256 + verify cache',
        'JWT ES256 + verify cache',
      ])
      expect(up.at(-1)).toBe('No authentication')
      expect(await headings(page)).toEqual([])
      await head.locator('button').press('Space')
      expect(await head.getAttribute('aria-sort')).toBe('descending')
      const down = await names(page)
      expect(down[0]).toBe('Sealed cookie (iron)')
      expect(down.at(-1)).toBe('No authentication')
      await head.locator('button').press('Enter')
      expect(await head.getAttribute('aria-sort')).toBe(null)
      expect(await names(page)).toEqual(before)
      expect(await headings(page)).toHaveLength(6)
      expect(page.noise).toEqual([])
    })

    test('families and names filter every table, on paper too, and come back', async () => {
      const page = await open(smaller, 1280, 'light')
      await page.getByLabel('Revocable tokens').uncheck()
      await page.getByLabel('Name contains').fill('reDIS')
      const redis = (await names(page)).toSorted()
      expect(redis).toEqual([
        'Session in Redis',
        'Session in Redis + near cache',
        'Session in Redis + tracked cache',
        'Session in Redis, sliding',
      ])
      expect(await headings(page)).toEqual(['Sessions'])
      const left = `[...new Set([...document.querySelectorAll('[data-group] tr:not(.group, [hidden])')].map((row) => row.cells[0].textContent))].sort()`
      expect(await page.evaluate(left)).toEqual(redis)
      const status = page.locator('.filter output')
      expect(await status.textContent()).toMatch(
        /^4 of 35 strategies in tables: Baseline, .*; name contains “reDIS”$/,
      )
      await page.emulateMedia({ media: 'print' })
      expect(await names(page)).toHaveLength(4)
      expect([await status.isVisible(), await page.getByLabel('Name contains').isVisible()]).toEqual([
        true,
        false,
      ])
      await page.emulateMedia({ media: 'screen' })
      await page.getByRole('button', { name: 'Show all' }).click()
      await expect.poll(() => status.textContent()).toBe('35 of 35 strategies in tables')
      expect(await names(page)).toHaveLength(35)
    })

    test('without scripts everything is there, and nothing that does not work', async () => {
      const context = await browser.newContext({ javaScriptEnabled: false })
      const page = await context.newPage()
      await page.setContent(smaller)
      const [first] = await page.locator(table).all()
      expect(await first?.locator('tbody tr:not(.group):visible').count()).toBe(35)
      expect(await page.locator('button, input, form').count()).toBe(0)
      await context.close()
    })

    test('the checklist scrolls in its own box, and its signs have words', async () => {
      const page = await open(smaller, 390, 'light')
      const [box, inside] = await page.evaluate<readonly [number, number]>(
        `(({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth])(document.querySelector('#checklist .table'))`,
      )
      expect(inside).toBeGreaterThan(box)
      const cell = page.locator('#checklist tr', { hasText: 'JWT ES256 (jose)' }).locator('td.sign.bad')
      expect(await cell.textContent()).toBe('✗FAILS')
      expect(await page.locator('#checklist .notice').textContent()).toContain('JWT ES256 (jose) FAILS: J05')
    })
  })

  test('a hostile title neither runs nor disappears', async () => {
    const page = await open(hostile, 1280, 'light')
    expect(page.noise).toEqual([])
    expect(await page.evaluate<number>('document.scripts.length')).toBe(1)
    expect(await page.evaluate<string>('document.body.textContent')).toContain(HOSTILE_TITLE)
  })
})
