// SPDX-License-Identifier: MPL-2.0
// looks.test.mjs: every page on a phone and on a desk, light and dark: accessible (axe-core), and
// never wider than the screen.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { ask, base, desktop, field, fill, launch, open, origin, phone, press, send, shot, someRequest,
    staffLink } from './browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
const longName = 'Société méditerranéenne d’ingénierie-et-de-développement-durable-des-territoires';
let browser;
let confirmation;
const code = 'T-LOOKS';

async function signedIn(page, path) {
    await page.goto(staffLink);
    await page.goto(base + path);
}

before(async () => {
    browser = await launch();
    const page = await open(browser);
    await ask(page, { ...someRequest(longName),
        'contact.email': `${'helene.brule-'.repeat(4)}x@aciers.example` });
    confirmation = page.url();
    await signedIn(page, '/quotes/catalogue/form');
    await fill(page, { code, description: longName, unit: 'demi-journée par groupe',
        'unit-price': '123456.00', 'vat.category': 'S', 'vat.rate': '20' });
    assert.equal((await press(page, 'Enregistrer')).status(), 200);
    await page.context().close();
});
after(async () => { await browser?.close(); });

// How to come to each page.
const pages = {
    site: (page) => page.goto(`${origin}/`),
    home: (page) => page.goto(`${base}/`),
    form: (page) => page.goto(`${base}/quotes/form`),
    errors: async (page) => {
        await page.goto(`${base}/quotes/form`);
        await page.locator('[name="contact.email"]').fill(`${'helene.brule.'.repeat(4)}@aciers`);
        assert.equal((await send(page)).status(), 422);
    },
    confirmation: (page) => page.goto(confirmation),
    list: (page) => page.goto(staffLink),
    detail: async (page) => {
        await page.goto(staffLink);
        await page.getByRole('link', { name: longName }).first().click();
        await page.getByRole('heading', { level: 1 }).waitFor();
    },
    catalogue: (page) => signedIn(page, '/quotes/catalogue'),
    offer: (page) => signedIn(page, `/quotes/catalogue/${code}`),
    'offer-errors': async (page) => {
        await signedIn(page, `/quotes/catalogue/${code}`);
        await field(page, 'unit-price').fill('cher');
        assert.equal((await press(page, 'Enregistrer')).status(), 422);
    },
    'offer-removal': async (page) => {
        await signedIn(page, `/quotes/catalogue/${code}`);
        await page.getByText('Retirer cette offre du catalogue').click();
    },
    problem: (page) => page.goto(`${base}/quotes/nothing`),
};

// The library needs the policy out of its way; quotes.test.mjs looks at that.
async function violations(page) {
    await page.evaluate(axe);
    const result = await page.evaluate(() => globalThis.axe.run());
    return result.violations.map(({ id, nodes }) =>
        `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join('; ')}`);
}

for (const colorScheme of ['light', 'dark'])
    for (const viewport of [phone, desktop])
        describe(`${colorScheme}, ${viewport.width} px`, () => {
            for (const [name, go] of Object.entries(pages))
                test(name, async () => {
                    const page = await open(browser, { viewport, colorScheme, bypassCSP: true });
                    try {
                        await go(page);
                        await shot(page, `${name}-${viewport.width}-${colorScheme}`);
                        const width = await page.evaluate(() => document.documentElement.scrollWidth);
                        assert.ok(width <= viewport.width, `the page is ${width} px wide`);
                        assert.deepEqual(await violations(page), []);
                    } finally {
                        await page.context().close();
                    }
                });
        });

describe('other media', () => {
    async function style(options, selector, property) {
        const page = await open(browser);
        try {
            await page.emulateMedia(options);
            await page.goto(`${origin}/`);
            return await page.locator(selector).first()
                .evaluate((element, name) => getComputedStyle(element)[name], property);
        } finally {
            await page.context().close();
        }
    }

    test('nothing moves for who asked for that', async () => {
        assert.notEqual(await style({ reducedMotion: 'no-preference' }, '.button', 'transitionDuration'),
            '0s');
        assert.equal(await style({ reducedMotion: 'reduce' }, '.button', 'transitionDuration'), '0s');
    });

    test('the form is not printed, the text is', async () => {
        assert.equal(await style({ media: 'print' }, 'form', 'display'), 'none');
        assert.notEqual(await style({ media: 'print' }, 'h1', 'display'), 'none');
    });

    test('text twice as large fits a phone', async () => {
        const page = await open(browser, { viewport: { width: 640, height: 640 }, deviceScaleFactor: 1,
            bypassCSP: true });
        try {
            await page.goto(`${base}/quotes/form`);
            await page.addStyleTag({ content: 'html { font-size: 200% !important }' });
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 640);
        } finally {
            await page.context().close();
        }
    });
});
