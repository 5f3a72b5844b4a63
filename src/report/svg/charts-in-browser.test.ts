import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Results, resultsSchema } from '../../results/results.ts'
import { launchChromium } from '../../testing/chromium.ts'
import { ALL_FAKE_SCENARIOS } from '../../testing/fake-loads.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { hostileStrategies } from '../../testing/fake-strategies.ts'
import { htmlReporter } from '../html/html.ts'
import { renderCharts } from '../registry.ts'

const REFERENCE = new URL('../../../results/reference/results.json', import.meta.url)
const stored = () => resultsSchema.parse(JSON.parse(readFileSync(REFERENCE, 'utf8')))

describe('charts and long tables in Chromium', () => {
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    browser = await launchChromium()
    page = await browser.newPage()
  })
  afterAll(async () => {
    await browser?.close()
  })

  test.each<[string, () => Results]>([
    ['every load', () => fakeResults({ scenarios: ALL_FAKE_SCENARIOS })],
    ['the published run', stored],
  ])('no text is cut at an edge: %s', async (_name, results) => {
    await page.setContent(htmlReporter.render(results(), {}))
    const cut = await page.evaluate<readonly string[]>(`
      for (const folded of document.querySelectorAll('details')) folded.open = true;
      [...document.querySelectorAll('svg text')].filter((text) => {
        const [own, all] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()]
        return own.left < all.left - 1 || own.right > all.right + 1
      }).map((text) => text.ownerSVGElement.querySelector('title').textContent + ': ' + text.textContent)`)
    expect(cut).toEqual([])
    expect(await page.evaluate<number>('document.querySelectorAll("svg text").length')).toBeGreaterThan(100)
  })

  test('a table in groups that are no families of strategies is not filtered', async () => {
    const results = stored()
    expect(results.scenarios.some(({ id }) => id === 'handler-work')).toBe(true)
    await page.setContent(htmlReporter.render(results, {}))
    expect(await page.locator('#handler-work [data-group]').count()).toBeGreaterThan(0)
    expect(await page.locator('.filter').count()).toBe(0)
  })

  test('files are well-formed XML, whatever a title holds', async () => {
    await page.setContent('<p>')
    const charts = renderCharts(
      fakeResults({ strategies: hostileStrategies(), scenarios: ALL_FAKE_SCENARIOS }),
    )
    const errors = await page.evaluate<readonly string[]>(`
      ${JSON.stringify(charts.map(({ svg }) => svg))}.map((svg) =>
        new DOMParser().parseFromString(svg, 'image/svg+xml').querySelector('parsererror')?.textContent ?? '')`)
    expect(errors).toEqual(charts.map(() => ''))
  })
})
